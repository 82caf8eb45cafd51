/** The definition as JSON: for those who write it by hand, and to bring one from elsewhere. */
import type { AppError, Problem } from "../../../core/errors";
import type { WorkingCopy } from "../../../services/working-copy";
import { Button } from "../parts/controls";
import { EditForm, EditorPage } from "./head";
import { editPath } from "./paths";
import { sayProblem } from "./words";

interface JsonPageProps {
  readonly copy: WorkingCopy;
  readonly text: string;
  /** Of the text, after a check; undefined: of what is stored. */
  readonly found?: readonly Problem[] | undefined;
  readonly error?: AppError | undefined;
}

export const JsonPage = ({ copy, text, found, error }: JsonPageProps) => (
  <EditorPage
    form={copy.form}
    title="Definition as JSON"
    error={error}
    actions={
      <a class="button quiet" href={editPath(copy.form.id, "definition.json")} download={`${copy.form.id}.json`}>
        Export
      </a>
    }
  >
    <EditForm action={editPath(copy.form.id, "json")} revision={copy.revision} class="card live">
      <div class="field">
        <label for="json">Definition</label>
        <textarea id="json" name="json" class="code tall" spellcheck={false} dir="ltr" aria-describedby="json_hint">
          {`\n${text}`}
        </textarea>
        <p class="hint" id="json_hint">
          To import one, paste it here or <span data-read="json">choose its file where script runs</span>. What it may
          hold is in <a href="/docs#createForm">the docs</a>. A draft may be incomplete.
        </p>
      </div>
      <div id="live" role="status">
        <Found problems={found ?? copy.problems} checked={found !== undefined} />
      </div>
      <div class="row bottom">
        <Button name="do" value="save">
          Save the draft
        </Button>
        <Button name="do" value="check" tone="quiet">
          Check without saving
        </Button>
        <a class="button quiet" href={editPath(copy.form.id)}>
          Back to the form
        </a>
      </div>
    </EditForm>
  </EditorPage>
);

const Found = ({ problems, checked }: { problems: readonly Problem[]; checked: boolean }) => {
  if (problems.length === 0) return checked ? <p class="box good">It could be published as it is.</p> : null;
  return (
    <div class="box bad">
      <p>It can be kept as a draft, and not be published yet:</p>
      <ul>
        {problems.map((problem) => (
          <li>
            <code>{problem.pointer || "/"}</code> {sayProblem(problem)}
          </li>
        ))}
      </ul>
    </div>
  );
};
