/** The responses of a form, newest first. */

import type { AppError } from "../../../core/errors";
import type { Question } from "../../../core/form";
import type { Browsed } from "../../../services/browse-responses";
import type { FormFigures } from "../../../services/form-figures";
import type { ResponseView } from "../../../services/responses";
import { useMay } from "../env";
import { FORMS, type FormHead, FormState, formTabs, OpenForm } from "../forms/head";
import { Page } from "../layout";
import { Badge } from "../parts/badge";
import { Empty } from "../parts/empty";
import { Pager } from "../parts/pager";
import { ProblemBox } from "../parts/problem";
import { type Column, Table } from "../parts/table";
import { Time } from "../parts/time";
import { formPath, responsePath, withQuery } from "../paths";
import { SearchBox } from "../search/box";
import { counted, REVIEWS } from "../words";
import { isWaitedFor } from "./correction";
import { Filters } from "./filters";
import { createReader, type Reader } from "./reader";

export interface ResponsesProps {
  readonly form: FormHead;
  readonly figures: FormFigures | undefined;
  readonly query: URLSearchParams;
  /** That can be columns, and those that are. */
  readonly questions: readonly Question[];
  readonly columns: readonly Question[];
  /** Null: there is none to show, because of `error` or because the form is not published. */
  readonly page: Browsed | null;
  readonly error?: AppError | undefined;
}

export const ResponsesPage = (props: ResponsesProps) => {
  const { form, figures, query, questions, columns, page, error } = props;
  const path = formPath(form.id);
  return (
    <Page
      title={form.title}
      crumbs={[FORMS]}
      tabs={formTabs(form.id)}
      beside={
        <>
          <FormState form={form} />
          {figures && <span class="soft">{counted(figures.responses, "response")}</span>}
        </>
      }
      actions={
        <>
          <OpenForm form={form} />
          {form.version > 0 && (
            <a
              class="button quiet"
              href={withQuery(formPath(form.id, "export"), query, { cursor: undefined, fields: undefined })}
            >
              Export…
            </a>
          )}
        </>
      }
    >
      <ProblemBox error={error} />
      {form.version === 0 ? (
        <Empty title="Not published yet">
          <p>A draft takes no responses. Publish it, and they come in here.</p>
        </Empty>
      ) : (
        <>
          <SearchBox form={form.id} />
          <Filters path={path} query={query} questions={questions} columns={columns} />
        </>
      )}
      {page && <Found {...props} page={page} path={path} />}
    </Page>
  );
};

const Found = ({
  form,
  query,
  columns,
  page,
  path,
}: ResponsesProps & { readonly page: Browsed; readonly path: string }) => (
  <>
    {page.items.length > 0 ? (
      <Table
        label="Responses"
        rows={page.items}
        columns={columnsOf({
          form: form.id,
          columns,
          reader: createReader(page.definitions),
          mayCorrect: useMay("responses:write"),
        })}
      />
    ) : (
      !page.cut && <NoResponses query={query} form={form} />
    )}
    {page.cut && (
      <p class="box">
        {page.items.length === 0 ? "Nothing found yet. " : ""}
        The search stopped after 5,000 responses that no index helps with. It goes on with the next page.
      </p>
    )}
    <Pager
      newest={page.newer === null ? undefined : withQuery(path, query, { cursor: undefined })}
      newer={page.newer === null ? undefined : withQuery(path, query, { cursor: page.newer })}
      older={page.older === null ? undefined : withQuery(path, query, { cursor: page.older })}
    />
  </>
);

/** Characters of an answer that a cell shows; the response itself has all of it. */
const CELL_MAX = 160;

interface ColumnsOf {
  readonly form: string;
  readonly columns: readonly Question[];
  readonly reader: Reader;
  /** The visitor may send a response back to whoever collected it. */
  readonly mayCorrect: boolean;
}

function columnsOf({ form, columns, reader, mayCorrect }: ColumnsOf): readonly Column<ResponseView>[] {
  const answer = (response: ResponseView, ref: string) => {
    const value = response.answers[ref];
    if (value === undefined) return null;
    const text = reader.text(response.version, ref, value);
    return (
      <span class="cell" dir="auto">
        {text.length > CELL_MAX ? `${text.slice(0, CELL_MAX)}…` : text}
      </span>
    );
  };
  return [
    {
      title: "Received (UTC)",
      tight: true,
      cell: (response) => (
        <a href={responsePath(form, response.id)}>
          <Time at={response.receivedAt} />
        </a>
      ),
    },
    {
      title: "Review",
      tight: true,
      // Most were not looked at yet, and a column of the same badge hides those that were.
      cell: ({ id, erasedAt, review: { state }, flags }) => {
        if (erasedAt !== undefined) return <Badge word={["Erased", "plain"]} />;
        if (state === "received") return <span class="soft">{REVIEWS[state][0]}</span>;
        return (
          <>
            <Badge word={REVIEWS[state]} />
            {flags.length > 0 && <span class="soft small"> {counted(flags.length, "flag")}</span>}
            {mayCorrect && isWaitedFor(state) && (
              <a class="small beneath" href={responsePath(form, id, "correction")}>
                Correction link…
              </a>
            )}
          </>
        );
      },
    },
    ...columns.map((question) => ({
      title: (
        <span class="cell" dir="auto">
          {question.title}
        </span>
      ),
      ...(NUMBERS.has(question.type) && { end: true as const }),
      cell: (response: ResponseView) => answer(response, question.ref),
    })),
  ];
}

const NUMBERS: ReadonlySet<string> = new Set(["number", "integer", "rating", "opinion_scale"]);

const NoResponses = ({ query, form }: { readonly query: URLSearchParams; readonly form: FormHead }) => {
  const filtered = [...query.keys()].some((name) => name !== "fields");
  if (filtered) {
    return (
      <Empty title="No response is like that">
        <p>
          <a href={formPath(form.id)}>Show all responses</a>
        </p>
      </Empty>
    );
  }
  return (
    <Empty title="No responses yet">
      <p>
        They come in here as people send the <a href={`/f/${form.id}`}>form</a>, or devices call the{" "}
        <a href="/docs#submitResponse">API</a>.
      </p>
    </Empty>
  );
};
