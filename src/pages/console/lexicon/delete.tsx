/** Before an entry is taken out of the lexicon. */
import type { AppError } from "../../../core/errors";
import type { LexiconEntryView } from "../../../services/lexicon";
import { ConfirmPage } from "../parts/confirm";
import { lexiconPath } from "../paths";
import { LEXICON_CRUMB } from "./entry";

interface DeleteEntryProps {
  readonly entry: LexiconEntryView;
  readonly action: string;
  readonly error?: AppError | undefined;
}

export const DeleteEntryPage = ({ entry, action, error }: DeleteEntryProps) => (
  <ConfirmPage
    title="Delete this entry?"
    crumbs={[LEXICON_CRUMB]}
    action={action}
    verb="Delete the entry"
    back={lexiconPath(entry.id)}
    error={error}
  >
    <p>
      <strong dir="auto">{entry.term}</strong> ({entry.language}, <span dir="auto">{entry.city ?? "everywhere"}</span>)
      is not looked for any more. What was counted of it stays until the lexicon is applied to old responses.
    </p>
  </ConfirmPage>
);
