/** Before a response is erased. */
import type { AppError } from "../../../core/errors";
import type { ResponseView } from "../../../services/responses";
import { FORMS, type FormHead } from "../forms/head";
import { ConfirmPage } from "../parts/confirm";
import { formPath, responsePath } from "../paths";

interface EraseProps {
  readonly form: FormHead;
  readonly response: ResponseView;
  readonly error?: AppError | undefined;
}

export const ErasePage = ({ form, response, error }: EraseProps) => (
  <ConfirmPage
    title={`Erase response ${response.id}?`}
    crumbs={[FORMS, { name: form.title, path: formPath(form.id) }]}
    action={responsePath(form.id, response.id, "erase")}
    verb="Erase for good"
    back={responsePath(form.id, response.id)}
    error={error}
  >
    <p>
      Its answers, its metadata, all its earlier states and the comments of its reviews are gone at once, and can't be
      brought back. What stays is that there was a response, and when.
    </p>
    <p>Integrations are told: a row in a sheet is emptied, a webhook gets the event. Texts that were sent stay sent.</p>
  </ConfirmPage>
);
