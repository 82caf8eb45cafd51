/**
 * The frame around each question, the same for all types: its title (a label, or the legend of a group), what helps to
 * answer it, and what is wrong with the answer. Assistive technology reads all three with the input. Used by controls.tsx
 * and choices.tsx.
 */
import type { Child } from "hono/jsx";
import type { Question } from "../../core/form";
import { inputName, type Typed } from "./read";

export interface QuestionProps {
  readonly question: Question;
  /** What was typed before, by input name; empty for a fresh page. */
  readonly typed: Typed;
  /** What is wrong with it, as sentences. */
  readonly errors: readonly string[];
}

/** The id of the (first) input of a question: where its label and the links of the summary lead. */
export const inputId = (ref: string): string => inputName(ref);
const hintId = (ref: string) => `hint_${ref}`;
const errorId = (ref: string) => `error_${ref}`;

/** "From 1 to 10.", "At most 200 characters.": the limits of an answer, before it is refused for them. */
export function limitsOf(question: Question): string {
  const { min, max, minLength, maxLength, minChoices, maxChoices } = question;
  if (question.type === "number" || question.type === "integer") return bounds(min, max, "");
  if (question.type === "multiple_choice") return bounds(minChoices, maxChoices, " choices");
  if (question.type === "short_text" || question.type === "long_text")
    return bounds(minLength, maxLength, " characters");
  return "";
}

function bounds(min: number | undefined, max: number | undefined, unit: string): string {
  if (min !== undefined && max !== undefined)
    return min === max ? `Exactly ${min}${unit}.` : `From ${min} to ${max}${unit}.`;
  if (min !== undefined) return `At least ${min}${unit}.`;
  return max === undefined ? "" : `At most ${max}${unit}.`;
}

interface FrameProps extends Pick<QuestionProps, "question" | "errors"> {
  /** More help that belongs to the control. */
  readonly note?: Child;
  readonly children: Child;
}

const hasHint = ({ question, note }: Pick<FrameProps, "question" | "note">) =>
  Boolean(question.description || limitsOf(question) || note);

/** The ARIA attributes of an input (or of a group): what describes it, whether it is wrong or required. */
export function ariaOf({ question, errors, note }: Omit<FrameProps, "children">) {
  const ids = [];
  if (errors.length > 0) ids.push(errorId(question.ref));
  if (hasHint({ question, note })) ids.push(hintId(question.ref));
  return {
    "aria-describedby": ids.length > 0 ? ids.join(" ") : undefined,
    "aria-invalid": errors.length > 0 ? ("true" as const) : undefined,
    "aria-required": question.required ? ("true" as const) : undefined,
  };
}

const Title = ({ question }: { question: Question }) => (
  <>
    <span dir="auto">{question.title}</span>
    {question.required && <span class="required"> (required)</span>}
  </>
);

const Help = ({ question, errors, note }: Omit<FrameProps, "children">) => (
  <>
    {hasHint({ question, note }) && (
      <div class="hint" id={hintId(question.ref)}>
        {question.description && <p dir="auto">{question.description}</p>}
        {limitsOf(question) && <p>{limitsOf(question)}</p>}
        {note && <p>{note}</p>}
      </div>
    )}
    {errors.length > 0 && (
      <div class="error" id={errorId(question.ref)}>
        {errors.map((error) => (
          <p>
            <span class="sr">Error: </span>
            {error}
          </p>
        ))}
      </div>
    )}
  </>
);

/** A question with one input. */
export const Single = ({ question, errors, note, children }: FrameProps) => (
  <div class={errors.length > 0 ? "question wrong" : "question"}>
    <label class="title" for={inputId(question.ref)}>
      <Title question={question} />
    </label>
    <Help question={question} errors={errors} note={note} />
    {children}
  </div>
);

/** A question with several inputs: the title is the legend of the group. `aria-invalid` is allowed on radio groups only. */
export const Group = ({ question, errors, note, children, radio }: FrameProps & { radio?: boolean }) => {
  const aria = ariaOf({ question, errors, note });
  const group = radio ? { ...aria, role: "radiogroup" } : { "aria-describedby": aria["aria-describedby"] };
  return (
    <fieldset class={errors.length > 0 ? "question wrong" : "question"} {...group}>
      <legend class="title">
        <Title question={question} />
      </legend>
      <Help question={question} errors={errors} note={note} />
      {children}
    </fieldset>
  );
};
