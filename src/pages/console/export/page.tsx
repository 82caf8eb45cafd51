/** Taking a form's responses away as a file: which, as what, and how to go on when it broke off. */
import type { AppError } from "../../../core/errors";
import type { Question } from "../../../core/form";
import type { ExportFormat } from "../../../services/export";
import { EXPORT_ENTRIES_MAX } from "../../../services/export-plan";
import { FORMS, type FormHead } from "../forms/head";
import { Page } from "../layout";
import { Card } from "../parts/card";
import { Button, CheckBox, Hidden, Input, Select } from "../parts/controls";
import { Empty } from "../parts/empty";
import { ProblemBox } from "../parts/problem";
import { formPath } from "../paths";
import { Chips } from "../responses/filters";
import { isCondition } from "../responses/query";
import { count, counted } from "../words";

interface ExportProps {
  readonly form: FormHead;
  /** Of its newest version, for the words of conditions. */
  readonly questions: readonly Question[];
  /** Entries of the log: responses, erased ones too. */
  readonly entries: number;
  /** The options that were sent, or are proposed. */
  readonly typed: URLSearchParams;
  readonly error?: AppError | undefined;
}

export const ExportPage = ({ form, questions, entries, typed, error }: ExportProps) => (
  <Page
    title="Export"
    crumbs={[FORMS, { name: form.title, path: formPath(form.id) }]}
    beside={<span class="soft">{counted(entries, "response")}</span>}
  >
    <ProblemBox error={error} />
    {entries === 0 ? (
      <Empty title="There is nothing to export yet" />
    ) : (
      <div class="split">
        <Card title="The file" id="file">
          <Options form={form} questions={questions} entries={entries} typed={typed} />
        </Card>
        <Card title="When it breaks off" id="broken">
          <BrokenOff entries={entries} />
        </Card>
      </div>
    )}
  </Page>
);

const FORMATS: Readonly<Record<ExportFormat, string>> = {
  csv: "CSV: for spreadsheets and most other programs",
  xlsx: "Excel workbook: numbers, days and yes/no as such",
  ndjson: "NDJSON: for programs, a response a line, all that is known of it",
};

const Options = ({ form, questions, entries, typed }: ExportProps) => {
  const chosen = (name: string) => typed.get(name) ?? "";
  const conditions = [...typed].filter(([name]) => isCondition(name) || name === "review" || name === "since");
  const narrowed = conditions.length > 0;
  return (
    <form
      method="get"
      action={formPath(form.id, "export/file")}
      data-export
      data-entries={String(entries)}
      data-narrowed={narrowed ? "" : undefined}
    >
      {conditions.map(([name, value]) => (
        <Hidden name={name} value={value} />
      ))}
      {narrowed && (
        <div>
          <p>Only responses that are so:</p>
          <Chips path={formPath(form.id, "export")} query={typed} questions={questions} />
        </div>
      )}
      {entries > EXPORT_ENTRIES_MAX && <Hidden name="limit" value={String(EXPORT_ENTRIES_MAX)} />}
      <Select
        label="Format"
        name="format"
        value={chosen("format")}
        options={Object.entries(FORMATS).map(([value, label]) => ({ value, label }))}
      />
      <Select
        label="Choices"
        name="choices"
        value={chosen("choices")}
        options={[
          { value: "", label: "As usual: labels, in NDJSON ids" },
          { value: "label", label: "Labels" },
          { value: "id", label: "Ids" },
        ]}
        hint="A label is that of the version that the response was answered against."
      />
      <Select
        label="Several choices (not in NDJSON)"
        name="multiple"
        value={chosen("multiple")}
        options={[
          { value: "", label: "In one cell" },
          { value: "columns", label: "A column for each choice" },
        ]}
      />
      <Select
        label="First row (not in NDJSON)"
        name="header"
        value={chosen("header")}
        options={[
          { value: "", label: "Titles of the questions" },
          { value: "ref", label: "Names that stay when titles change" },
          { value: "none", label: "None, to be put behind another file" },
        ]}
      />
      <fieldset>
        <legend>Besides (not in NDJSON)</legend>
        <CheckBox
          name="metadata"
          value="true"
          checked={typed.has("metadata")}
          label="A column with the metadata"
          hint="Such as the collector and the device."
        />
        <CheckBox
          name="bom"
          value="false"
          checked={typed.has("bom")}
          label="CSV without the byte order mark"
          hint="For programs. Excel needs the mark to read other scripts than Latin."
        />
        <CheckBox
          name="guard"
          value="false"
          checked={typed.has("guard")}
          label="CSV with texts exactly as they were answered"
          hint="For programs. Otherwise what a spreadsheet would run as a formula gets an apostrophe in front."
        />
      </fieldset>
      <Input
        label="Only after this response"
        name="after"
        value={chosen("after")}
        maxlength={100}
        hint="Its id: the first column of the last file. Brings exactly what came since."
      />
      <Button>Download</Button>
      <div class="export" hidden>
        <progress aria-label="How much has come" />
        <p class="soft" data-so-far />
        <p role="status" data-outcome />
        <button type="button" class="quiet" data-stop>
          Stop
        </button>
      </div>
    </form>
  );
};

const BrokenOff = ({ entries }: Pick<ExportProps, "entries">) => (
  <div class="prose">
    <p>
      The file is made while it comes, oldest response first, up to the newest of the moment in which it began. A file
      that broke off never looks whole: the browser says that the download failed.
    </p>
    <p>
      Where script runs, CSV and NDJSON come in parts here, a failed part is asked for again, and they are put together
      into one file in this browser. An Excel workbook comes in one piece and begins anew.
    </p>
    <p>
      Otherwise: drop the last line if it is not whole, put the id of the last one that is into “Only after this
      response”, choose no first row, and put the new file behind the old one.
    </p>
    {entries > EXPORT_ENTRIES_MAX && (
      <p>
        A file has at most {count(EXPORT_ENTRIES_MAX)} responses: without script go on after the last of each, as above.
      </p>
    )}
  </div>
);
