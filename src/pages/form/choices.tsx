/**
 * Questions answered by picking: radio lists, check lists and scales. An optional one has "No answer" among its radios,
 * because without script a radio once picked can't be taken back. Used by controls.tsx.
 */
import { type Choice, type Question, scaleBounds } from "../../core/form";
import { Group, inputId, type QuestionProps } from "./question";
import { firstTyped, inputName } from "./read";
import { fillIn, type Words } from "./words";

/** Beyond this a row of buttons is harder to use than typing the number. */
const SCALE_STEPS_MAX = 21;
/** More stars than that are counted, not seen. */
const STARS_MAX = 10;

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
  const picked = firstTyped(props.scene.typed, name);
  return (
    <Group {...props} radio>
      <div class={props.inline ? "options inline" : "options"}>
        {props.options.map((choice, i) => (
          <Option type="radio" id={optionId(ref, i)} name={name} choice={choice} checked={choice.id === picked} />
        ))}
        {!required && <NoAnswer name={name} picked={picked} words={props.scene.words} />}
      </div>
    </Group>
  );
};

/** Any number of a list. */
export const CheckList = (props: QuestionProps) => {
  const { ref, choices = [] } = props.question;
  const name = inputName(ref);
  const picked = new Set(props.scene.typed.get(name));
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

/** A row of numbers; a rating, of stars with their numbers. */
export const Scale = (props: QuestionProps & { steps: readonly number[] }) => {
  const { ref, required, type } = props.question;
  const { typed, words } = props.scene;
  const name = inputName(ref);
  const picked = firstTyped(typed, name);
  const [min, max] = [props.steps[0], props.steps.at(-1)];
  const isRating = type === "rating" && props.steps.length <= STARS_MAX;
  return (
    <Group {...props} radio note={props.steps.length > 1 ? fillIn(words.form.scale, { min, max }) : undefined}>
      <div class={isRating ? "options scale stars" : "options scale"}>
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
          <NoAnswer name={name} picked={picked} words={words} />
        </div>
      )}
    </Group>
  );
};

const NoAnswer = ({ name, picked, words }: { name: string; picked: string; words: Words }) => (
  <Option
    type="radio"
    id={`${name}.none`}
    name={name}
    choice={{ id: "", label: words.form.noAnswer }}
    checked={picked === ""}
    quiet
  />
);
