/** A sample for a rule: answers that are typed, or those of a response that came; and what the rule says about them. */
import { displayAnswer } from "../../../core/answer";
import type { Problem } from "../../../core/errors";
import type { Definition, Question } from "../../../core/form";
import type { ResponseView } from "../../../services/responses";
import { inputName, NO, YES } from "../../form/read";
import { Card } from "../parts/card";
import { Input, Select } from "../parts/controls";
import { responsePath } from "../paths";
import { counted } from "../words";
import type { Inputs } from "./inputs";
import type { Judged } from "./judged";

export interface SampleProps {
  readonly form: string;
  /** The newest responses, if one may read them; null: one may not. */
  readonly responses: readonly ResponseView[] | null;
  /** The questions that the rule names. */
  readonly named: readonly Question[];
  readonly inputs: Inputs;
  /** What it says about the sample, and about each of the responses. */
  readonly judged?: Judged | undefined;
}

export const Sample = ({ responses, named, inputs }: SampleProps) => (
  <Card title="Try it on a sample" id="sample">
    {responses !== null && responses.length > 0 && (
      <Select
        label="Answers"
        name="sample"
        value={inputs("sample")}
        options={[
          { value: "", label: "that I type here" },
          ...responses.map(({ id, receivedAt }) => ({
            value: id,
            label: `of ${receivedAt.slice(0, 16).replace("T", " ")} (${id})`,
          })),
        ]}
      />
    )}
    <div id="live_sample" class="typed">
      {named.length === 0 ? (
        <p class="hint">The questions of the rule stand here once it names some: press Check.</p>
      ) : (
        named.map((question) => <SampleInput question={question} inputs={inputs} />)
      )}
    </div>
    <p class="hint">Nothing of it is stored.</p>
  </Card>
);

const SampleInput = ({ question, inputs }: { question: Question; inputs: Inputs }) => {
  const { ref, title, type, choices } = question;
  const name = inputName(ref);
  const options =
    type === "yes_no"
      ? [
          { value: YES, label: "Yes" },
          { value: NO, label: "No" },
        ]
      : choices?.map(({ id, label }) => ({ value: id, label }));
  if (options) {
    return (
      <Select
        label={title}
        name={name}
        value={inputs(name)}
        options={[{ value: "", label: "No answer" }, ...options]}
      />
    );
  }
  if (type === "location") return <p class="hint">{`“${title}”: only of a response.`}</p>;
  return <Input label={title} name={name} value={inputs(name)} />;
};

/** What the rule says, in sentences. */
export const Verdict = ({ judged, form, responses, definition }: SampleProps & { definition: Definition }) =>
  judged === undefined ? null : (
    <div class={judged.sample === "broken" ? "box bad" : "box"}>
      <p>
        <strong>{SAYS[judged.sample]}</strong>
      </p>
      <Wrong problems={judged.problems} definition={definition} />
      {Object.keys(judged.answers).length > 0 && (
        <p class="small">
          {definition.questions
            .flatMap((question) => {
              const answer = judged.answers[question.ref];
              return answer === undefined ? [] : [`${question.title}: ${displayAnswer(question, answer)}`];
            })
            .join(" · ")}
        </p>
      )}
      {responses !== null && responses.length > 0 && (
        <p class="small">
          {`Of the newest ${counted(responses.length, "response")} ${judged.broken.length === 0 ? "none breaks" : `${judged.broken.length} would break`} it`}
          {judged.broken.length > 0 && ": "}
          {judged.broken.slice(0, 5).map((id) => (
            <>
              <a href={responsePath(form, id)}>{id}</a>{" "}
            </>
          ))}
        </p>
      )}
    </div>
  );

const SAYS: Readonly<Record<Judged["sample"], string>> = {
  none: "The rule is in order. Give a sample to see what it says.",
  holds: "The sample is right: the rule holds, or can't be known without an answer.",
  broken: "The sample breaks the rule.",
  wrong: "The sample can't be looked at: these answers would be refused.",
};

const Wrong = ({ problems, definition }: { problems: readonly Problem[]; definition: Definition }) =>
  problems.length === 0 ? null : (
    <ul>
      {problems.map(({ question, detail }) => (
        <li>{`${definition.questions.find(({ ref }) => ref === question)?.title ?? question ?? ""}: ${detail}`}</li>
      ))}
    </ul>
  );
