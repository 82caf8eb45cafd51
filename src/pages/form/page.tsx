/**
 * The hosted form as a function of its props: pages of questions with their controls, what was typed, and, after a
 * refusal, a summary that leads to each mistake. Called by routes.tsx.
 */
import { type AnswersState, decidingRefs, stateOf } from "../../core/answer-state";
import type { Problem } from "../../core/errors";
import { pagesOf } from "../../core/form-pages";
import { WaitingNotice } from "./inbox-page";
import type { ShownForm } from "./language";
import { Languages } from "./languages";
import { Layout, type Look, lookOf } from "./layout";
import { sayProblem } from "./limits";
import { Part } from "./part";
import { formPath, type Kept } from "./paths";
import type { Scene } from "./question";
import { KEY_INPUT, readAnswers, TRAP_INPUT, type Typed, VERSION_INPUT } from "./read";
import type { PublicForm } from "./services";
import { type Notice, Summary } from "./summary";
import { sayToScript, type Words } from "./words";

/** Where the widget comes from, and its frame. */
export const TURNSTILE_ORIGIN = "https://challenges.cloudflare.com";

export interface FormPageProps extends ShownForm {
  /** Becomes the Idempotency-Key of the response. */
  readonly formKey: string;
  /** What the form was opened with. */
  readonly kept: Kept;
  readonly typed?: Typed;
  readonly problems?: readonly Problem[];
  readonly notice?: Notice | undefined;
  /** Responses that wait in the inbox of the link. */
  readonly waiting?: number;
  /** Where the console's preview of a draft sends to, and the token that goes along. */
  readonly preview?: {
    readonly send: string;
    readonly check: string;
    readonly token: readonly [name: string, value: string];
  };
}

const NOTHING_TYPED: Typed = new Map();

/** The form, fresh or with what was typed and what is wrong with it. */
export const FormPage = (props: FormPageProps) => {
  const { form, speech, formKey, kept, typed = NOTHING_TYPED, problems = [], notice, waiting = 0, preview } = props;
  const { words } = speech;
  const { title, description, questions } = form.definition;
  const scene: Scene = { words, typed, state: stateNow(form, typed), deciding: decidingRefs(form.compiled) };
  const refused = problems.length > 0 || notice !== undefined;
  const pages = pagesOf(questions);
  return (
    <Layout
      title={refused ? `${words.problems.notSent}: ${title}` : title}
      language={form.definition.language}
      look={preview ? previewLook(form) : lookOf(form, kept)}
    >
      <Languages {...props} />
      <h1 dir="auto">{title}</h1>
      {description && (
        <p class="lead" dir="auto" data-lead>
          {description}
        </p>
      )}
      <WaitingNotice form={form.id} kept={kept} words={words} waiting={waiting} />
      {refused && <Summary questions={questions} problems={problems} notice={notice} words={words} />}
      <form
        method="post"
        action={preview?.send ?? formPath(form.id, kept)}
        accept-charset="utf-8"
        data-form={form.id}
        data-check={preview?.check ?? formPath(form.id, kept, "check")}
        data-words={sayToScript(words)}
        data-keep={form.settings.keepTyped === false ? "no" : undefined}
        data-leaves={form.settings.redirectUrl === undefined ? undefined : ""}
        data-refused={refused ? "" : undefined}
      >
        <input type="hidden" name={KEY_INPUT} value={formKey} />
        <input type="hidden" name={VERSION_INPUT} value={String(form.version)} />
        {preview && <input type="hidden" name={preview.token[0]} value={preview.token[1]} />}
        <Trap words={words} />
        {pages.map((page, i) => (
          <Part page={page} n={i + 1} all={pages.length} scene={scene} errors={errorsOf(form, problems, words)} />
        ))}
        <div data-last>{form.turnstile && <Widget siteKey={form.turnstile.siteKey} words={words} />}</div>
        <div class="moves">
          <button type="button" class="quiet" data-back hidden>
            {words.form.back}
          </button>
          {pages.length > 1 && (
            <button type="button" data-next hidden>
              {words.form.next}
            </button>
          )}
          <button type="submit">{words.form.send}</button>
        </div>
        {form.settings.keepTyped !== false && <KeepTyped words={words} />}
      </form>
    </Layout>
  );
};

/** The logo of a form that is not published has no address yet. */
const previewLook = ({ settings: { theme } }: PublicForm): Look => ({ theme, logoPath: theme?.logo?.image });

const NOTHING_STATED: AnswersState = { hidden: new Set(), required: new Set(), calculated: new Map() };

/** The state of a form with what was typed. */
export function stateNow({ definition, compiled }: PublicForm, typed: Typed): AnswersState {
  if (compiled.hasLogic) return stateOf(compiled, readAnswers(definition, typed));
  const required = definition.questions.flatMap((question) => (question.required ? [question.ref] : []));
  return { ...NOTHING_STATED, required: new Set(required) };
}

/** What is wrong, as sentences, by ref. */
export function errorsOf(
  { definition }: PublicForm,
  problems: readonly Problem[],
  words: Words,
): Map<string, string[]> {
  const asked = new Map(definition.questions.map((question) => [question.ref, question]));
  const errors = new Map<string, string[]>();
  for (const problem of problems) {
    const ref = problem.question ?? "";
    const sentence = sayProblem(problem, asked.get(ref), words);
    errors.set(ref, [...new Set([...(errors.get(ref) ?? []), sentence])]);
  }
  return errors;
}

/** What people do not see and robots fill in. */
const Trap = ({ words }: { words: Words }) => (
  <div class="trap" aria-hidden="true">
    <label for={TRAP_INPUT}>{words.form.trap}</label>
    <input
      id={TRAP_INPUT}
      name={TRAP_INPUT}
      type="text"
      tabindex={-1}
      autocomplete="off"
      data-1p-ignore
      data-bwignore
      data-lpignore="true"
    />
  </div>
);

/** Shown by the script, which alone can keep something. Without a name: it is not sent. */
const KeepTyped = ({ words }: { words: Words }) => (
  <div class="keep" data-keeping hidden>
    <label>
      <input type="checkbox" autocomplete="off" aria-describedby="keep_hint" />
      <span>{words.form.keep}</span>
    </label>
    <p class="hint" id="keep_hint">
      {words.form.keepHint}
    </p>
  </div>
);

/** Turnstile's widget and its script, which is Cloudflare's: on no other page is there anything of another host. */
const Widget = ({ siteKey, words }: { siteKey: string; words: Words }) => (
  <div class="widget">
    <div class="cf-turnstile" data-sitekey={siteKey} data-size="flexible" data-action="formlog" />
    <noscript>
      <p class="error">{words.form.needsScript}</p>
    </noscript>
    <script src={`${TURNSTILE_ORIGIN}/turnstile/v0/api.js`} async defer />
  </div>
);
