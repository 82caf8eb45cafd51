/** A file of entries, added to the lexicon or put in its place. */
import { AppError, type Problem } from "../../../core/errors";
import { LEXICON_HEADER } from "../../../core/lexicon/file";
import { Page } from "../layout";
import { ActionForm } from "../parts/controls";
import { FormEnd } from "../parts/form-end";
import { ProblemBox } from "../parts/problem";
import { LEXICON } from "../paths";
import { LEXICON_CRUMB } from "./entry";

export const ImportPage = ({ error }: { readonly error?: AppError | undefined }) => (
  <Page title="Import entries" crumbs={[LEXICON_CRUMB]}>
    <ProblemBox error={error} />
    <section class="card narrow">
      <div class="prose">
        <p>
          CSV whose first line names its columns: <code>{LEXICON_HEADER.join(",")}</code>. Variants are separated by{" "}
          <code>;</code>. Or JSON as it is exported. Up to 2 MB; larger ones go by the{" "}
          <a href="/docs#importLexiconCsv">API</a>.
        </p>
        <p>Entries that are there already are changed, others are added: all of the file, or nothing.</p>
      </div>
      <ActionForm action={`${LEXICON}/import`} files>
        <div class="field">
          <label for="f_file">File</label>
          <input type="file" id="f_file" name="file" required accept=".csv,.json,text/csv,application/json" />
        </div>
        <label class="check">
          <input type="checkbox" name="others" value="delete" />
          Delete the entries that the file does not have
        </label>
        <FormEnd verb="Import" back={LEXICON} />
      </ActionForm>
    </section>
  </Page>
);

/** Mistakes by the lines that they stand in; of JSON, by the number of the entry. */
export function inLines(error: AppError): AppError {
  const { errors } = error.details;
  return errors ? new AppError(error.code, { ...error.details, errors: errors.map(inLine) }) : error;
}

function inLine(problem: Problem): Problem {
  const [, index, field] = /^\/entries\/(\d+)(?:\/(\w+))?/.exec(problem.pointer) ?? [];
  if (index === undefined) return problem;
  if (problem.detail.startsWith("Line ")) return { ...problem, pointer: "" };
  const place = `Entry ${Number(index) + 1}${field === undefined ? "" : `, ${field}`}`;
  return { ...problem, pointer: "", detail: `${place}: ${problem.detail}` };
}
