/**
 * The control of each question type. Limits are not given to the browser (it would cut a pasted text off, or complain
 * in its own way about one thing at a time): the server complains about everything at once. What the browser alone can
 * notice, half a date or letters in a number, it does notice, so that nothing typed is lost on the way. Used by
 * page.tsx.
 */
import type { JSX } from "hono/jsx/jsx-runtime";
import type { Question } from "../../core/form";
import { CheckList, RadioList, Scale, scaleSteps } from "./choices";
import { ariaOf, frameOf, Group, inputId, type QuestionProps, Single } from "./question";
import { firstTyped, inputName, NO, YES } from "./read";
import { showAnswer } from "./show";
import type { Words } from "./words";

const AS_WRITTEN = { dir: "ltr", autocapitalize: "none", spellcheck: false } as const;

/** What tells a keyboard and an autofill which text is wanted. */
function textHints(question: Question): JSX.IntrinsicElements["input"] {
  switch (question.type) {
    case "email":
      return { type: "email", inputmode: "email", autocomplete: "email", ...AS_WRITTEN };
    case "phone_number":
      return { type: "tel", dir: "ltr", inputmode: "tel", autocomplete: "tel" };
    case "url":
      return { type: "url", inputmode: "url", autocomplete: "url", placeholder: "https://", ...AS_WRITTEN };
    case "integer":
    case "number":
    case "rating":
    case "opinion_scale":
      // No type=number: it takes no digits of other scripts, and a turn of the wheel changes what was typed.
      return { type: "text", dir: "ltr", autocomplete: "off", inputmode: keypad(question), class: "short" };
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
  const value = firstTyped(props.scene.typed, name);
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
  const text = `\n${firstTyped(props.scene.typed, name)}`;
  return (
    <Single {...props}>
      <textarea id={inputId(props.question.ref)} name={name} rows={5} dir="auto" {...ariaOf(props)}>
        {text}
      </textarea>
    </Single>
  );
};

const Dropdown = (props: QuestionProps) => {
  const words = props.scene.words.form;
  const name = inputName(props.question.ref);
  const picked = firstTyped(props.scene.typed, name);
  return (
    <Single {...props}>
      <select id={inputId(props.question.ref)} name={name} {...ariaOf(props)}>
        <option value="">{props.question.required ? words.pickOne : words.noAnswer}</option>
        {props.question.choices?.map((choice) => (
          <option value={choice.id} selected={choice.id === picked}>
            {choice.label}
          </option>
        ))}
      </select>
    </Single>
  );
};

/** Without script the time is taken as UTC; with it, as the time of this device, and the note says which. */
const Datetime = (props: QuestionProps) => {
  const name = inputName(props.question.ref);
  const note = <span data-zone-note={name}>{props.scene.words.form.utc}</span>;
  return (
    <Single {...props} note={note}>
      <input
        id={inputId(props.question.ref)}
        name={name}
        type="datetime-local"
        class="short"
        value={firstTyped(props.scene.typed, name)}
        {...ariaOf({ ...props, note })}
      />
      <input type="hidden" name={inputName(props.question.ref, "offset")} data-offset-of={name} />
    </Single>
  );
};

const Location = (props: QuestionProps) => {
  const { ref } = props.question;
  const { words } = props.scene;
  const coordinate = (part: "latitude" | "longitude", label: string, id: string) => (
    <div>
      <label for={id}>{label}</label>
      <input
        id={id}
        name={inputName(ref, part)}
        type="text"
        dir="ltr"
        autocomplete="off"
        value={firstTyped(props.scene.typed, inputName(ref, part))}
        {...ariaOf(props)}
      />
    </div>
  );
  const accuracy = inputName(ref, "accuracy");
  return (
    <Group {...props}>
      <div class="pair">
        {coordinate("latitude", words.form.latitude, inputId(ref))}
        {coordinate("longitude", words.form.longitude, inputName(ref, "longitude"))}
      </div>
      <input type="hidden" name={accuracy} value={firstTyped(props.scene.typed, accuracy)} />
      <div class="locate" data-locate={inputName(ref)} hidden>
        <button type="button" class="quiet">
          {words.script.locate}
        </button>
        <span role="status" />
      </div>
    </Group>
  );
};

/** The answer that the form gives itself, shown as soon as it is known; without script it never is. */
export const Shown = (props: QuestionProps) => {
  const { question, scene } = props;
  const value = scene.state.calculated.get(question.ref);
  const frame = { ...frameOf(props), "data-asked": value === undefined ? "no" : undefined };
  return (
    <div class="question shown" data-shown={question.ref} {...frame}>
      <span class="title" dir="auto" id={`title_${question.ref}`}>
        {question.title}
      </span>
      {question.description && (
        <p class="hint" dir="auto">
          {question.description}
        </p>
      )}
      <output dir="auto" aria-labelledby={`title_${question.ref}`}>
        {value === undefined ? "" : showAnswer(question, value, scene.words)}
      </output>
    </div>
  );
};

const yesNo = ({ form }: Words) => [
  { id: YES, label: form.yes },
  { id: NO, label: form.no },
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
      return <RadioList {...props} options={yesNo(props.scene.words)} inline />;
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
    default:
      return <TextInput {...props} />;
  }
};
