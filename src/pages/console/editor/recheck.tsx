/** Old responses looked at again by the present rules: what that does, the button, and how far it has come. */
import type { AppError } from "../../../core/errors";
import type { FormView } from "../../../services/form-view";
import type { RecheckView } from "../../../services/rechecks";
import { Card } from "../parts/card";
import { ActionForm, Button } from "../parts/controls";
import { Facts } from "../parts/facts";
import { Time } from "../parts/time";
import { formPath } from "../paths";
import { count, counted } from "../words";
import { EditorPage } from "./head";
import { editPath } from "./paths";

interface RecheckProps {
  readonly form: FormView;
  /** The one that was asked for last. */
  readonly recheck: RecheckView | undefined;
  readonly error?: AppError | undefined;
}

export const RecheckPage = ({ form, recheck, error }: RecheckProps) => (
  <EditorPage form={form} title="Check old responses against today's rules" error={error}>
    <section class="card narrow">
      <div class="prose">
        {form.version === 0 ? (
          <p>The form is not published yet, so there are neither responses nor rules in force.</p>
        ) : (
          <p>
            All responses that came are looked at by the rules of version {form.version}: what breaks one is flagged,
            and flags that do not hold any more are taken back. Answers do not change. It begins within two minutes and
            looks at 2,000 responses a minute. Publishing other rules asks for it by itself.
          </p>
        )}
      </div>
      <ActionForm action={formPath(form.id, "recheck")}>
        <div class="row">
          {form.version > 0 && !isUnderWay(recheck, form) && <Button>Check all responses</Button>}
          <a class="button quiet" href={editPath(form.id)}>
            Back to the form
          </a>
        </div>
      </ActionForm>
    </section>
    {recheck && <State form={form} recheck={recheck} />}
  </EditorPage>
);

/** By older rules it does not count: asked again, it begins anew. */
const isUnderWay = (recheck: RecheckView | undefined, { version }: FormView) =>
  recheck !== undefined && recheck.state !== "done" && recheck.version === version;

const State = ({ form, recheck }: { readonly form: FormView; readonly recheck: RecheckView }) => {
  const { state, version, askedAt, finishedAt, responses, checked, flagged, cleared } = recheck;
  const at = formPath(form.id, "recheck");
  const moves = state !== "done";
  return (
    <div id="recheck" data-live={moves ? at : undefined}>
      <Card title={TITLES[state]} id="how-far">
        {moves && (
          <div class="progress">
            <label for="bar">
              {responses === null
                ? "It begins within two minutes."
                : `${count(checked)} of ${counted(responses, "response")}`}
            </label>
            <progress id="bar" value={checked} max={Math.max(1, responses ?? 1)} />
          </div>
        )}
        <Facts
          facts={[
            ["Rules", `of version ${version}`],
            ["Asked for", <Time at={askedAt} />],
            ["Finished", finishedAt && <Time at={finishedAt} />],
            ["Looked at", moves ? null : counted(checked, "response")],
            ["Newly flagged", counted(flagged, "response")],
            ["No longer flagged", counted(cleared, "response")],
          ]}
        />
        <p class="below">
          {moves && <a href={at}>Look again</a>}
          {!moves && flagged > 0 && <a href={`${formPath(form.id)}?review=flagged`}>Flagged responses</a>}
        </p>
      </Card>
    </div>
  );
};

const TITLES: Readonly<Record<RecheckView["state"], string>> = {
  waiting: "It waits",
  running: "Under way",
  done: "The last time",
};
