/** The lexicon of a workspace, in the order of its terms. */
import type { AppError } from "../../../core/errors";
import type { LexiconEntryView } from "../../../services/lexicon";
import { Page } from "../layout";
import { Button, Input } from "../parts/controls";
import { Empty } from "../parts/empty";
import { Pager } from "../parts/pager";
import { ProblemBox } from "../parts/problem";
import { type Column, Table } from "../parts/table";
import { LEXICON, lexiconPath, withQuery } from "../paths";
import { useMayChangeLexicon } from "./may";

interface LexiconProps {
  readonly query: URLSearchParams;
  /** Null: it can't be shown like that (`error`). */
  readonly page: { readonly items: readonly LexiconEntryView[]; readonly next: string | null } | null;
  readonly error?: AppError;
}

/** The value of `where` that means entries without a city. */
const EVERYWHERE = "everywhere";

/** The filter in an address; a form sends what is empty, too. */
export function filterIn(query: URLSearchParams): { term?: string; language?: string; city?: string } {
  const [term, language, city] = ["term", "language", "city"].map((name) => query.get(name)?.trim() ?? "");
  return {
    ...(term && { term }),
    ...(language && { language }),
    ...(city && { city }),
    ...(query.get("where") === EVERYWHERE && { city: "" }),
  };
}

export const LexiconPage = ({ query, page, error }: LexiconProps) => {
  const may = useMayChangeLexicon();
  const filtered = ["term", "language", "city", "where"].filter((name) => query.get(name));
  return (
    <Page title="Lexicon" actions={<Actions may={may} />}>
      <ProblemBox error={error} />
      <div class="filters">
        <form method="get" action={LEXICON} class="looked">
          <Input label="Term begins with" name="term" value={query.get("term") ?? ""} maxlength={100} />
          <Input label="Language" name="language" value={query.get("language") ?? ""} maxlength={35} placeholder="hi" />
          <Input label="City" name="city" value={query.get("city") ?? ""} maxlength={100} />
          <Button tone="quiet">Find</Button>
        </form>
        {filtered.length > 0 && <Chips query={query} names={filtered} />}
      </div>
      {page && page.items.length === 0 && <None filtered={filtered.length > 0} />}
      {page && page.items.length > 0 && (
        <Table stack label="Entries" rows={page.items} columns={columnsOf(query, may)} note={variantsOf} />
      )}
      <Pager
        older={page?.next ? withQuery(LEXICON, query, { cursor: page.next }) : undefined}
        newest={query.has("cursor") ? withQuery(LEXICON, query, { cursor: undefined }) : undefined}
        names={{ older: "More →", newest: "From the beginning" }}
      />
    </Page>
  );
};

const Actions = ({ may }: { readonly may: boolean }) => (
  <>
    <a class="button quiet" href={`${LEXICON}/export.csv`}>
      Export CSV
    </a>
    <a class="button quiet" href={`${LEXICON}/export.json`}>
      Export JSON
    </a>
    {may && (
      <>
        <a class="button quiet" href={`${LEXICON}/import`}>
          Import
        </a>
        <a class="button" href={`${LEXICON}/new`}>
          New entry
        </a>
      </>
    )}
  </>
);

const Chips = ({ query, names }: { readonly query: URLSearchParams; readonly names: readonly string[] }) => (
  <ul class="chips" aria-label="Conditions">
    {names.map((name) => (
      <li>
        <a href={withQuery(LEXICON, query, { [name]: undefined, cursor: undefined })}>
          <span class="sr">Remove the condition: </span>
          <span dir="auto">{query.get(name)}</span>
          <span aria-hidden="true"> ×</span>
        </a>
      </li>
    ))}
  </ul>
);

function columnsOf(query: URLSearchParams, may: boolean): readonly Column<LexiconEntryView>[] {
  const narrowed = (change: Readonly<Record<string, string | undefined>>) =>
    withQuery(LEXICON, query, { cursor: undefined, ...change });
  return [
    {
      title: "Term",
      cell: ({ id, term }) =>
        may ? (
          <a href={lexiconPath(id)} dir="auto">
            {term}
          </a>
        ) : (
          <span dir="auto">{term}</span>
        ),
    },
    { title: "Language", tight: true, cell: ({ language }) => <a href={narrowed({ language })}>{language}</a> },
    {
      title: "City",
      tight: true,
      cell: ({ city }) =>
        city === null ? (
          <a class="soft" href={narrowed({ where: EVERYWHERE, city: undefined })}>
            Everywhere
          </a>
        ) : (
          <a href={narrowed({ city, where: undefined })} dir="auto">
            {city}
          </a>
        ),
    },
    { title: "Meaning", optional: true, cell: ({ meaning }) => meaning && <span dir="auto">{meaning}</span> },
    { title: "Part of speech", optional: true, wide: true, cell: ({ partOfSpeech }) => partOfSpeech },
  ];
}

const variantsOf = ({ variants }: LexiconEntryView) =>
  variants.length > 0 && (
    <>
      Also{" "}
      {variants.map((variant, i) => (
        <>
          {i > 0 && ", "}
          <bdi>{variant}</bdi>
        </>
      ))}
    </>
  );

const None = ({ filtered }: { readonly filtered: boolean }) =>
  filtered ? (
    <Empty title="No entry is like that">
      <p>
        <a href={LEXICON}>Show the whole lexicon</a>
      </p>
    </Empty>
  ) : (
    <Empty title="The lexicon is empty">
      <p>
        Put in what people call things, by language and city. It is looked for in the answers of forms that have the
        integration Slang.
      </p>
    </Empty>
  );
