/**
 * The control of each question type. Limits are not given to the browser (it would cut a pasted text off, or complain in
 * its own way about one thing at a time): the server complains about everything at once. What the browser alone can
 * notice, half a date or letters in a number, it does notice, so that nothing typed is lost on the way. Used by page.tsx.
 */
import type { JSX } from "hono/jsx/jsx-runtime";
import type { Question } from "../../core/form";
import { CheckList, RadioList, Scale, scaleSteps } from "./choices";
import { ariaOf, Group, inputId, type QuestionProps, Single } from "./question";
import { firstTyped, inputName, NO, YES } from "./read";

/** What tells a keyboard and an autofill which text is wanted. */
function textHints(question: Question): JSX.IntrinsicElements["input"] {
  switch (question.type) {
    case "email":
      return { type: "email", inputmode: "email", autocomplete: "email", autocapitalize: "none", spellcheck: false };
    case "phone_number":
      return { type: "tel", inputmode: "tel", autocomplete: "tel" };
    case "url":
      return {
        type: "url",
        inputmode: "url",
        autocomplete: "url",
        autocapitalize: "none",
        spellcheck: false,
        placeholder: "https://",
      };
    case "integer":
    case "number":
    case "rating":
    case "opinion_scale":
      return { type: "number", step: "any", autocomplete: "off", inputmode: keypad(question), class: "short" };
    case "date":
    case "time":
      return { type: question.type, class: "short" };
    default:
      return { type: "text", dir: "auto", autocomplete: "on" };
  }
}

// iOS has no minus sign on these keypads: only where no answer can be below zero.
function keypad(question: Question): "numeric" | "decimal" | undefined {
  if (question.min === undefined || question.min < 0) return undefined;
  return question.type === "number" ? "decimal" : "numeric";
}

const TextInput = (props: QuestionProps) => {
  const name = inputName(props.question.ref);
  const value = firstTyped(props.typed, name);
  return (
    <Single {...props}>
      <input
        id={inputId(props.question.ref)}
        name={name}
        value={value}
        {...textHints(props.question)}
        {...ariaOf(props)}
      />
    </Single>
  );
};

const LongText = (props: QuestionProps) => {
  const name = inputName(props.question.ref);
  // The parser drops one line break right after <textarea>: this one, so that a typed one stays.
  const text = `\n${firstTyped(props.typed, name)}`;
  return (
    <Single {...props}>
      <textarea id={inputId(props.question.ref)} name={name} rows={5} dir="auto" {...ariaOf(props)}>
        {text}
      </textarea>
    </Single>
  );
};

const Dropdown = (props: QuestionProps) => {
  const name = inputName(props.question.ref);
  const picked = firstTyped(props.typed, name);
  return (
    <Single {...props}>
      <select id={inputId(props.question.ref)} name={name} {...ariaOf(props)}>
        <option value="">{props.question.required ? "Pick one" : "No answer"}</option>
        {props.question.choices?.map((choice) => (
          <option value={choice.id} selected={choice.id === picked}>
            {choice.label}
          </option>
        ))}
      </select>
    </Single>
  );
};

const UTC_NOTE = "In Coordinated Universal Time (UTC).";

/** Without script the time is taken as UTC; with it, as the time of this device, and the note says which. */
const Datetime = (props: QuestionProps) => {
  const name = inputName(props.question.ref);
  const note = <span data-zone-note={name}>{UTC_NOTE}</span>;
  return (
    <Single {...props} note={note}>
      <input
        id={inputId(props.question.ref)}
        name={name}
        type="datetime-local"
        class="short"
        value={firstTyped(props.typed, name)}
        {...ariaOf({ ...props, note })}
      />
      <input type="hidden" name={inputName(props.question.ref, "offset")} data-offset-of={name} />
    </Single>
  );
};

const Location = (props: QuestionProps) => {
  const { ref } = props.question;
  const coordinate = (part: "latitude" | "longitude", label: string, id: string) => (
    <div>
      <label for={id}>{label}</label>
      <input
        id={id}
        name={inputName(ref, part)}
        type="number"
        step="any"
        autocomplete="off"
        value={firstTyped(props.typed, inputName(ref, part))}
        {...ariaOf(props)}
      />
    </div>
  );
  const accuracy = inputName(ref, "accuracy");
  return (
    <Group {...props}>
      <div class="pair">
        {coordinate("latitude", "Latitude", inputId(ref))}
        {coordinate("longitude", "Longitude", inputName(ref, "longitude"))}
      </div>
      <input type="hidden" name={accuracy} value={firstTyped(props.typed, accuracy)} />
      <div class="locate" data-locate={inputName(ref)} hidden>
        <button type="button" class="quiet">
          Use my location
        </button>
        <span role="status" />
      </div>
    </Group>
  );
};

const Statement = ({ question }: QuestionProps) => (
  <div class="question statement">
    <h2 class="title" dir="auto">
      {question.title}
    </h2>
    {question.description && (
      <p class="hint" dir="auto">
        {question.description}
      </p>
    )}
  </div>
);

const YES_NO = [
  { id: YES, label: "Yes" },
  { id: NO, label: "No" },
];

/** The control of a question with its label, help and errors. */
export const Control = (props: QuestionProps) => {
  switch (props.question.type) {
    case "long_text":
      return <LongText {...props} />;
    case "dropdown":
      return <Dropdown {...props} />;
    case "single_choice":
      return <RadioList {...props} options={props.question.choices ?? []} />;
    case "yes_no":
      return <RadioList {...props} options={YES_NO} inline />;
    case "multiple_choice":
      return <CheckList {...props} />;
    case "rating":
    case "opinion_scale": {
      const steps = scaleSteps(props.question);
      return steps ? <Scale {...props} steps={steps} /> : <TextInput {...props} />;
    }
    case "datetime":
      return <Datetime {...props} />;
    case "location":
      return <Location {...props} />;
    case "statement":
      return <Statement {...props} />;
    default:
      return <TextInput {...props} />;
  }
};
