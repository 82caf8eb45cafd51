/** The page of a language: every text of the form beside what it is there. */
import type { TextPlace } from "../../../core/draft/texts";
import { nameOfPath } from "../../../core/draft/texts";
import type { AppError } from "../../../core/errors";
import { directionOf } from "../../../core/translation";
import type { WorkingCopy } from "../../../services/working-copy";
import { Button } from "../parts/controls";
import { DefaultButton, EditForm, EditorPage } from "./head";
import type { Inputs } from "./inputs";
import { languageName } from "./outline-parts";
import { editPath, languagePath } from "./paths";
import { sayProblem } from "./words";

interface LanguagePageProps {
  readonly copy: WorkingCopy;
  readonly tag: string;
  readonly texts: readonly TextPlace[];
  readonly inputs: Inputs;
  readonly error?: AppError | undefined;
}

export const LanguagePage = ({ copy, tag, texts, inputs, error }: LanguagePageProps) => {
  const wrong = copy.problems.filter(({ pointer }) => pointer.startsWith(`/translations/${tag}`));
  return (
    <EditorPage form={copy.form} title={languageName(tag)} error={error}>
      {wrong.length > 0 && (
        <div class="box bad">
          <ul>
            {wrong.map((problem) => (
              <li>{`${problem.pointer.split("/").slice(3).join(" ")}: ${sayProblem(problem)}`}</li>
            ))}
          </ul>
        </div>
      )}
      <EditForm action={languagePath(copy.form.id, tag)} revision={copy.revision} class="card">
        <DefaultButton deed="save" />
        <p class="hint">What is left empty stays as it is in the form's own language.</p>
        {texts.map((text) => (
          <Text text={text} tag={tag} value={inputs(nameOfPath(text.path))} />
        ))}
        <div class="row bottom">
          <Button name="do" value="save">
            Save
          </Button>
          <Button name="do" value="remove" tone="danger">
            Remove this language
          </Button>
          <a class="button quiet" href={editPath(copy.form.id)}>
            Back to the form
          </a>
        </div>
      </EditForm>
    </EditorPage>
  );
};

const Text = ({ text, tag, value }: { text: TextPlace; tag: string; value: string }) => {
  const name = nameOfPath(text.path);
  const shared = { id: name, name, lang: tag, dir: directionOf(tag), autocomplete: "off" } as const;
  return (
    <div class="translated">
      <label for={name}>
        <span class="soft small">
          {text.original === "" ? `${text.about} (no longer in the form: empty it)` : text.about}
        </span>
        <span dir="auto">{text.original}</span>
      </label>
      {text.long ? (
        <textarea {...shared} rows={2}>
          {`\n${value}`}
        </textarea>
      ) : (
        <input {...shared} value={value} />
      )}
    </div>
  );
};
