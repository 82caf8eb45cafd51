/**
 * The pages of a correction as functions of their props: what was flagged, with the answers to mend; and that all is
 * well.
 */
import { decidingRefs } from "../../core/answer-state";
import type { Problem } from "../../core/errors";
import type { Flag } from "../../core/flag";
import type { Definition } from "../../core/form";
import { pagesOf } from "../../core/form-pages";
import { InboxLink } from "./inbox-page";
import type { ShownForm } from "./language";
import { Layout, lookOf } from "./layout";
import { sayProblem } from "./limits";
import { ThanksPage } from "./messages";
import { stateNow } from "./page";
import { Part } from "./part";
import { formPath, type Kept } from "./paths";
import { inputId, type Scene } from "./question";
import { type Typed, VERSION_INPUT } from "./read";
import type { Correction } from "./services";
import type { Notice } from "./summary";
import { sayToScript, type Words } from "./words";

/** Name of the input that says which revision was shown. */
export const REVISION_INPUT = "formlog_revision";

/** A correction as somebody reads it. */
export interface ShownCorrection extends ShownForm {
  readonly correction: Correction;
  /** The address of its page, where it is sent to. */
  readonly path: string;
  readonly kept: Kept;
}

interface CorrectionPageProps extends ShownCorrection {
  readonly typed: Typed;
  /** It was sent just now, and is still flagged. */
  readonly sent?: boolean;
  /** Why the last sending was not taken. */
  readonly problems?: readonly Problem[];
  readonly notice?: Notice | undefined;
}

/** The answers to look at again, each with what is said of it; all pages of the form below each other. */
export const CorrectionPage = (props: CorrectionPageProps) => {
  const { correction, form, speech, path, kept, typed, problems = [] } = props;
  const { words } = speech;
  const { definition } = form;
  const scene: Scene = { words, typed, state: stateNow(form, typed), deciding: decidingRefs(form.compiled) };
  const { title, text } = headOf(props, words);
  const said = problems.length > 0 ? sayProblems(definition, problems, words) : sayFlags(correction.flags);
  const [before = "", after = ""] = words.correct.stored.split("{id}");
  return (
    <Layout title={`${title}: ${definition.title}`} language={definition.language} look={lookOf(form, kept)}>
      <h1 dir="auto">{definition.title}</h1>
      <p class="lead">
        {before}
        <code dir="ltr">{correction.response}</code>
        {after}
      </p>
      <div class="summary" id="summary" role="alert" tabindex={-1} aria-labelledby="summary_title">
        <h2 id="summary_title">{title}</h2>
        <p>{text}</p>
        <SaidList said={said} definition={definition} />
      </div>
      <form
        method="post"
        action={path}
        accept-charset="utf-8"
        data-form={correction.response}
        data-check={formPath(form.id, kept, "check")}
        data-words={sayToScript(words)}
        data-keep="no"
        data-flat
      >
        <input type="hidden" name={REVISION_INPUT} value={String(correction.revision)} />
        <input type="hidden" name={VERSION_INPUT} value={String(form.version)} />
        {pagesOf(definition.questions).map((page, i) => (
          <Part page={page} n={i + 1} all={1} scene={scene} errors={byRef(said)} />
        ))}
        <div class="moves">
          <button type="submit">{words.correct.send}</button>
        </div>
      </form>
      <InboxLink form={form.id} kept={kept} words={words} />
    </Layout>
  );
};

function headOf({ correction, sent, problems = [], notice }: CorrectionPageProps, words: Words) {
  const { correct } = words;
  if (notice) return notice;
  if (problems.length > 0) {
    return { title: `${words.problems.notSent}: ${words.problems.look}`, text: correct.notStored };
  }
  if (sent) return { title: correct.still, text: correct.stillText };
  return { title: words.problems.look, text: correction.flags.length > 0 ? correct.check : correct.asked };
}

/** A sentence, and the questions that it is about. */
interface Said {
  readonly text: string;
  readonly refs: readonly string[];
}

const sayFlags = (flags: readonly Flag[]): Said[] =>
  flags.map(({ message, questions }) => ({ text: message, refs: questions }));

function sayProblems({ questions }: Definition, problems: readonly Problem[], words: Words): Said[] {
  const asked = new Map(questions.map((question) => [question.ref, question]));
  return problems.map((problem) => {
    const question = asked.get(problem.question ?? "");
    const text = sayProblem(problem, question, words);
    return {
      text: question && problem.rule === undefined ? `${question.title}: ${text}` : text,
      refs: question ? [question.ref] : [],
    };
  });
}

function byRef(said: readonly Said[]): Map<string, string[]> {
  const errors = new Map<string, string[]>();
  for (const { text, refs } of said) {
    for (const ref of refs) errors.set(ref, [...new Set([...(errors.get(ref) ?? []), text])]);
  }
  return errors;
}

/** Each sentence once, leading to the first question that it is about; calculated ones can't be mended. */
const SaidList = ({ said, definition }: { said: readonly Said[]; definition: Definition | null }) => {
  const once = [...new Map(said.map((one) => [one.text, one])).values()];
  const asked = new Set(
    definition?.questions.flatMap(({ ref, calculated }) => (calculated === undefined ? [ref] : [])),
  );
  if (once.length === 0) return null;
  return (
    <ul>
      {once.map(({ text, refs }) => {
        const ref = refs.find((one) => asked.has(one));
        const sentence = <span dir="auto">{text}</span>;
        return <li>{ref === undefined ? sentence : <a href={`#${inputId(ref)}`}>{sentence}</a>}</li>;
      })}
    </ul>
  );
};

/** Nothing is left to correct: because it was corrected just now, or long ago. */
export const CorrectedPage = ({ correction, form, speech, kept, sent }: ShownCorrection & { sent: boolean }) => {
  const { after, correct } = speech.words;
  return (
    <Layout title={after.thanks} language={form.definition.language} look={lookOf(form, kept)}>
      <div class="message thanks">
        <h1>{after.thanks}</h1>
        <p class="lead">{sent ? correct.done : correct.nothing}</p>
        <p class="receipt">
          <code dir="ltr">{correction.response}</code>
        </p>
        <InboxLink form={form.id} kept={kept} words={speech.words} />
      </div>
    </Layout>
  );
};

/** After a response was stored that has flags: thanks, and where it can be mended now or later. */
export const FlaggedThanksPage = (props: ShownCorrection) => {
  const { correction, form, speech, kept, path } = props;
  const { problems, correct } = speech.words;
  return (
    <ThanksPage id={form.id} receipt={correction.response} kept={kept} speech={speech} shown={props}>
      <div class="summary" id="summary" role="status" tabindex={-1} aria-labelledby="summary_title">
        <h2 id="summary_title">{problems.look}</h2>
        <SaidList said={sayFlags(correction.flags)} definition={null} />
        <p>
          <a href={path}>{correct.link}</a>
        </p>
      </div>
    </ThanksPage>
  );
};
