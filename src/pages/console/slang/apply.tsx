/** Before a changed lexicon is looked for in all answers again. */
import type { AppError } from "../../../core/errors";
import type { IntegrationView } from "../../../services/integration-view";
import { FORMS, type FormHead } from "../forms/head";
import { ConfirmPage } from "../parts/confirm";
import { Hidden } from "../parts/controls";
import { formPath } from "../paths";
import { counted } from "../words";

interface ApplyProps {
  readonly form: FormHead;
  readonly index: IntegrationView;
  readonly error?: AppError | undefined;
}

export const ApplyPage = ({ form, index, error }: ApplyProps) => {
  const path = formPath(form.id, "slang");
  const all = index.positions.reduce((sum, { head }) => sum + head, 0);
  return (
    <ConfirmPage
      title="Apply the lexicon to old responses?"
      crumbs={[FORMS, { name: form.title, path: formPath(form.id) }, { name: "Slang", path }]}
      action={`${path}/apply`}
      verb="Look through all again"
      back={path}
      error={error}
      inputs={<Hidden name="integration" value={index.id} />}
    >
      <p>
        The answers of {counted(all, "response")} are looked through again with the present lexicon. Nothing is counted
        twice. While it runs, some counts are of the lexicon as it was before.
      </p>
    </ConfirmPage>
  );
};
