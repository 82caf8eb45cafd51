/**
 * Questions answered by picking: radio lists, check lists and scales. An optional one has "No answer" among its radios,
 * because without script a radio once picked can't be taken back. Used by controls.tsx.
 */
import { type Choice, type Question, scaleBounds } from "../../core/form";
import { Group, inputId, type QuestionProps } from "./question";
import { firstTyped, inputName } from "./read";

/** Beyond this a row of buttons is harder to use than typing the number. */
const SCALE_STEPS_MAX = 21;

/** The numbers of a scale, or null when it has too many (or none) to show as buttons. */
export function scaleSteps(question: Question): readonly number[] | null {
  const { min, max } = scaleBounds(question);
  const first = Math.ceil(min);
  const count = Math.floor(max) - first + 1;
  return count >= 1 && count <= SCALE_STEPS_MAX ? Array.from({ length: count }, (_, i) => first + i) : null;
}

interface OptionProps {
  readonly type: "radio" | "checkbox";
  readonly id: string;
  readonly name: string;
  readonly choice: Choice;
  readonly checked: boolean;
  readonly wrong?: boolean;
  readonly quiet?: boolean;
}

const Option = ({ type, id, name, choice, checked, wrong, quiet }: OptionProps) => (
  <label class={quiet ? "option none" : "option"}>
    <input
      type={type}
      id={id}
      name={name}
      value={choice.id}
      checked={checked}
      autocomplete="off"
      aria-invalid={wrong ? "true" : undefined}
    />
    <span dir="auto">{choice.label}</span>
  </label>
);

/** The first option has the question's own id, so that the links of the summary lead to it. */
const optionId = (ref: string, index: number) => (index === 0 ? inputId(ref) : `${inputId(ref)}.${index}`);

/** Picking one of a list. `inline` puts the options side by side. */
export const RadioList = (props: QuestionProps & { options: readonly Choice[]; inline?: boolean }) => {
  const { ref, required } = props.question;
  const name = inputName(ref);
  const picked = firstTyped(props.typed, name);
  return (
    <Group {...props} radio>
      <div class={props.inline ? "options inline" : "options"}>
        {props.options.map((choice, i) => (
          <Option type="radio" id={optionId(ref, i)} name={name} choice={choice} checked={choice.id === picked} />
        ))}
        {!required && <NoAnswer name={name} picked={picked} />}
      </div>
    </Group>
  );
};

/** Any number of a list. */
export const CheckList = (props: QuestionProps) => {
  const { ref, choices = [] } = props.question;
  const name = inputName(ref);
  const picked = new Set(props.typed.get(name));
  return (
    <Group {...props}>
      <div class="options">
        {choices.map((choice, i) => (
          <Option
            type="checkbox"
            id={optionId(ref, i)}
            name={name}
            choice={choice}
            checked={picked.has(choice.id)}
            wrong={props.errors.length > 0}
          />
        ))}
      </div>
    </Group>
  );
};

/** A row of numbers. */
export const Scale = (props: QuestionProps & { steps: readonly number[] }) => {
  const { ref, required } = props.question;
  const name = inputName(ref);
  const picked = firstTyped(props.typed, name);
  const first = props.steps[0];
  const last = props.steps.at(-1);
  return (
    <Group {...props} radio note={props.steps.length > 1 ? `${first} is the lowest, ${last} the highest.` : undefined}>
      <div class="options scale">
        {props.steps.map((step, i) => (
          <Option
            type="radio"
            id={optionId(ref, i)}
            name={name}
            choice={{ id: String(step), label: String(step) }}
            checked={String(step) === picked}
          />
        ))}
      </div>
      {!required && (
        <div class="options">
          <NoAnswer name={name} picked={picked} />
        </div>
      )}
    </Group>
  );
};

const NoAnswer = ({ name, picked }: { name: string; picked: string }) => (
  <Option
    type="radio"
    id={`${name}.none`}
    name={name}
    choice={{ id: "", label: "No answer" }}
    checked={picked === ""}
    quiet
  />
);
