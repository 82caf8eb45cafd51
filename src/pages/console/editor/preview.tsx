/**
 * The draft as people will see it: the hosted form's own page in a frame, and what would become of what is sent there.
 */
import { checkAnswers } from "../../../core/answer";
import { compileDefinition } from "../../../core/compiled";
import { asDraft } from "../../../core/draft/draft";
import { isTooCostly, usableDefinition } from "../../../core/draft/usable";
import type { Problem } from "../../../core/errors";
import { brokenRules, messageOf, toProblems } from "../../../core/rule";
import { languagesOf } from "../../../core/translation";
import type { WorkingCopy } from "../../../services/working-copy";
import { inLanguage, type ShownForm } from "../../form/language";
import { Layout } from "../../form/layout";
import { FormPage } from "../../form/page";
import { readAnswers, type Typed } from "../../form/read";
import { withQuery } from "../paths";
import { TOKEN_INPUT } from "../token";
import { counted } from "../words";
import { EditorPage } from "./head";
import { languageName } from "./outline-parts";
import { editPath } from "./paths";

/**
 * The working copy as its reader would read it; null: it has no question that could be shown, or could take too long.
 */
export function shownCopy({ form, definition }: WorkingCopy, wanted: readonly string[]): ShownForm | null {
  const usable = usableDefinition(asDraft(definition) ?? {});
  if (usable.questions.length === 0 || isTooCostly(usable)) return null;
  const { id, title, access, version, theme } = form;
  const shared = { id, title, access, version, state: "open", full: false, turnstile: null } as const;
  // Nothing is kept on the device: it would come back in the form itself.
  const settings = { keepTyped: false, ...(theme && { theme }) };
  const compiled = compileDefinition(usable);
  return inLanguage({ ...shared, definition: usable, compiled, settings }, wanted);
}

interface PreviewProps {
  readonly copy: WorkingCopy;
  readonly lang: string | undefined;
}

/** The page around the frame. */
export const PreviewPage = ({ copy, lang }: PreviewProps) => {
  const { form, problems } = copy;
  const shown = shownCopy(copy, []);
  const languages = shown ? languagesOf(shown.form.definition) : [];
  const at = editPath(form.id, "preview");
  return (
    <EditorPage
      form={form}
      title="Preview"
      actions={
        <a class="button quiet" href={editPath(form.id)}>
          Back to the form
        </a>
      }
    >
      {problems.length > 0 && (
        <p class="box">{`What has a mistake is left out: ${counted(problems.length, "thing")} to mend before it can be published.`}</p>
      )}
      {languages.length > 1 && (
        <div class="toolbar">
          <nav class="switch" aria-label="Language of the preview">
            {languages.map((tag) => (
              <a
                href={withQuery(at, new URLSearchParams({ lang: tag }))}
                aria-current={tag === (lang ?? languages[0]) ? "page" : undefined}
              >
                {languageName(tag)}
              </a>
            ))}
          </nav>
        </div>
      )}
      {shown === null ? (
        <div class="empty">
          <h2>There is nothing to show yet</h2>
          <p>The preview shows the questions that have no mistake.</p>
        </div>
      ) : (
        <>
          <iframe
            class="preview"
            title={`The form “${form.title}”`}
            src={withQuery(editPath(form.id, "preview/form"), new URLSearchParams(lang === undefined ? {} : { lang }))}
          />
          <p class="hint">
            Fill it in and send it: what would become of it is said in its place, and nothing is stored.{" "}
            <a href={editPath(form.id, "preview/form")}>The form alone</a>
          </p>
        </>
      )}
    </EditorPage>
  );
};

interface PreviewFormProps {
  readonly shown: ShownForm;
  readonly token: string;
  readonly lang: string | undefined;
  readonly typed?: Typed;
  readonly problems?: readonly Problem[];
}

/** What is in the frame. */
export const PreviewForm = ({ shown, token, lang, typed, problems }: PreviewFormProps) => {
  const query = new URLSearchParams(lang === undefined ? {} : { lang });
  const send = withQuery(editPath(shown.form.id, "preview/form"), query);
  const check = withQuery(editPath(shown.form.id, "preview/form/check"), query);
  return (
    <FormPage
      {...shown}
      languages={[]}
      kept={{}}
      formKey="preview"
      preview={{ send, check, token: [TOKEN_INPUT, token] }}
      {...(typed && { typed })}
      {...(problems && { problems })}
    />
  );
};

/** What would become of a response: refused, or stored, with flags or without. */
export function tryResponse(
  { form }: ShownForm,
  typed: Typed,
): { problems: readonly Problem[]; flags: readonly string[] } {
  const { compiled, definition } = form;
  const checked = checkAnswers(compiled, readAnswers(definition, typed));
  if (!checked.ok) return { problems: checked.problems, flags: [] };
  const languages = definition.language === undefined ? [] : [definition.language];
  const broken = brokenRules(compiled.rules, checked.answers);
  const of = (severity: "error" | "flag") => broken.filter(({ rule }) => rule.severity === severity);
  return {
    problems: of("error").flatMap((one) => toProblems(one, messageOf(definition, one.rule, languages))),
    flags: of("flag").map(({ rule }) => messageOf(definition, rule, languages)),
  };
}

export const PreviewSent = ({ shown, flags }: { shown: ShownForm; flags: readonly string[] }) => (
  <Layout
    title={shown.form.definition.title}
    language={shown.form.definition.language}
    look={{ theme: shown.form.settings.theme }}
  >
    <div class="message" dir="ltr" lang="en">
      <h1>It would be stored</h1>
      {flags.length > 0 && (
        <>
          <p>With these flags, and the response would be sent back to be corrected:</p>
          <ul>
            {flags.map((flag) => (
              <li dir="auto">{flag}</li>
            ))}
          </ul>
        </>
      )}
      <p>This is a preview: nothing was stored.</p>
      <p>
        <a href={editPath(shown.form.id, "preview/form")}>Fill it in again</a>
      </p>
    </div>
  </Layout>
);
