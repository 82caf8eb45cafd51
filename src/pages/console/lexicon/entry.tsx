/** One entry of the lexicon, new or to be changed. */
import type { AppError } from "../../../core/errors";
import { Page } from "../layout";
import { ActionForm, Hidden, Input, TextArea } from "../parts/controls";
import { FormEnd } from "../parts/form-end";
import { ProblemBox } from "../parts/problem";
import { LEXICON, lexiconPath } from "../paths";
import type { EntryValues } from "./fields";

interface EntryProps {
  /** Null: it is new. */
  readonly id: string | null;
  readonly values: EntryValues;
  /** Where to go on when it is saved; null: to the lexicon. */
  readonly back: string | null;
  readonly error?: AppError | undefined;
}

export const LEXICON_CRUMB = { name: "Lexicon", path: LEXICON } as const;

export const EntryPage = ({ id, values, back, error }: EntryProps) => (
  <Page
    title={id === null ? "New entry" : (values.term ?? "")}
    crumbs={[LEXICON_CRUMB]}
    actions={
      id !== null && (
        <a class="button quiet" href={lexiconPath(id, "delete")}>
          Delete…
        </a>
      )
    }
  >
    <ProblemBox error={error} />
    <section class="card narrow">
      <ActionForm action={lexiconPath(id ?? "new")}>
        {back !== null && <Hidden name="back" value={back} />}
        <Input label="Term" name="term" value={values.term ?? ""} required maxlength={100} />
        <Input
          label="Language"
          name="language"
          value={values.language ?? ""}
          required
          maxlength={35}
          hint="A tag: hi, mr, ta, ur, en, hi-Latn."
        />
        <Input
          label="City"
          name="city"
          value={values.city ?? ""}
          maxlength={100}
          hint="As answers have it. Empty: it is used everywhere."
        />
        <TextArea
          label="Other spellings"
          name="variants"
          value={values.variants ?? ""}
          hint="One a line, in any script. Spellings that sound alike are found by themselves."
        />
        <Input label="Meaning" name="meaning" value={values.meaning ?? ""} maxlength={500} />
        <Input label="Part of speech" name="partOfSpeech" value={values.partOfSpeech ?? ""} maxlength={40} />
        <FormEnd verb={id === null ? "Add to the lexicon" : "Save"} back={back ?? LEXICON} />
      </ActionForm>
    </section>
  </Page>
);
