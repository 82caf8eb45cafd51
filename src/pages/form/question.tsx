/**
 * The frame around each question, the same for all types: its title (a label, or the legend of a group), what helps to
 * answer it, and what is wrong with the answer. Assistive technology reads all three with the input. Used by
 * controls.tsx and choices.tsx. The script finds a question by its `data-ref`, and says by `data-asked` whether it is
 * shown.
 */
import type { Child } from "hono/jsx";
import type { AnswersState } from "../../core/answer-state";
import type { Question } from "../../core/form";
import { limitsOf } from "./limits";
import { inputName, type Typed } from "./read";
import type { Words } from "./words";

/** What all questions of a page share. */
export interface Scene {
  readonly words: Words;
  /** What was typed before, by input name; empty for a fresh page. */
  readonly typed: Typed;
  /** Given what was typed. */
  readonly state: AnswersState;
  /** Refs of the questions that decide about others. */
  readonly deciding: ReadonlySet<string>;
}

export interface QuestionProps {
  readonly question: Question;
  readonly scene: Scene;
  /** What is wrong with it, as sentences. */
  readonly errors: readonly string[];
}

/** The id of the (first) input of a question: where its label and the links of the summary lead. */
export const inputId = (ref: string): string => inputName(ref);
const hintId = (ref: string) => `hint_${ref}`;
const errorId = (ref: string) => `error_${ref}`;

/** Whether it must be answered, as things stand. */
export const isRequired = ({ question, scene }: Pick<QuestionProps, "question" | "scene">): boolean =>
  scene.state.required.has(question.ref);

/** What the script needs to know of a question's frame. */
export const frameOf = ({ question: { ref }, scene }: Pick<QuestionProps, "question" | "scene">) => ({
  "data-ref": ref,
  "data-asked": scene.state.hidden.has(ref) ? "no" : undefined,
  "data-decides": scene.deciding.has(ref) ? "" : undefined,
});

interface FrameProps extends QuestionProps {
  /** More help that belongs to the control. */
  readonly note?: Child;
  readonly children: Child;
}

type HelpProps = Omit<FrameProps, "children">;

const hasHint = ({ question, scene, note }: HelpProps) =>
  Boolean(question.description || limitsOf(question, scene.words) || note);

/** The ARIA attributes of an input (or of a group): what describes it, whether it is wrong or required. */
export function ariaOf(props: HelpProps) {
  const { question, errors } = props;
  const ids = [];
  if (errors.length > 0) ids.push(errorId(question.ref));
  if (hasHint(props)) ids.push(hintId(question.ref));
  return {
    "aria-describedby": ids.length > 0 ? ids.join(" ") : undefined,
    "aria-invalid": errors.length > 0 ? ("true" as const) : undefined,
    "aria-required": isRequired(props) ? ("true" as const) : undefined,
  };
}

const Title = (props: QuestionProps) => (
  <>
    <span dir="auto">{props.question.title}</span>
    {(props.question.required || props.question.requiredIf) && (
      <span class="required" hidden={!isRequired(props)}>
        {` (${props.scene.words.form.required})`}
      </span>
    )}
  </>
);

const Help = (props: HelpProps) => {
  const { question, scene, errors, note } = props;
  const limits = limitsOf(question, scene.words);
  return (
    <>
      {hasHint(props) && (
        <div class="hint" id={hintId(question.ref)}>
          {question.description && <p dir="auto">{question.description}</p>}
          {limits && <p>{limits}</p>}
          {note && <p>{note}</p>}
        </div>
      )}
      {errors.length > 0 && (
        <div class="error" id={errorId(question.ref)}>
          {errors.map((error) => (
            <p>
              <span class="sr">{scene.words.problems.error}: </span>
              <span dir="auto">{error}</span>
            </p>
          ))}
        </div>
      )}
    </>
  );
};

const classOf = ({ errors }: QuestionProps) => (errors.length > 0 ? "question wrong" : "question");

/** A question with one input. */
export const Single = (props: FrameProps) => (
  <div class={classOf(props)} {...frameOf(props)}>
    <label class="title" for={inputId(props.question.ref)}>
      <Title {...props} />
    </label>
    <Help {...props} />
    {props.children}
  </div>
);

/**
 * A question with several inputs: the title is the legend of the group. `aria-invalid` is allowed on radio groups only.
 */
export const Group = ({ radio, ...props }: FrameProps & { radio?: boolean }) => {
  const aria = ariaOf(props);
  const group = radio ? { ...aria, role: "radiogroup" } : { "aria-describedby": aria["aria-describedby"] };
  return (
    <fieldset class={classOf(props)} {...frameOf(props)} {...group}>
      <legend class="title">
        <Title {...props} />
      </legend>
      <Help {...props} />
      {props.children}
    </fieldset>
  );
};
