/** Words that one city uses more than the others, and the way of each into the lexicon. */
import type { AppError } from "../../../core/errors";
import type { SlangCity, SlangDiscovery, SlangWord } from "../../../core/slang";
import { FORMS } from "../forms/head";
import type { FormIndexes } from "../indexes/find";
import { IndexState } from "../indexes/state";
import { Page } from "../layout";
import { useMayChangeLexicon } from "../lexicon/may";
import { Button, Hidden, Select } from "../parts/controls";
import { Empty } from "../parts/empty";
import { ProblemBox } from "../parts/problem";
import { type Column, Table } from "../parts/table";
import { formPath, LEXICON, withQuery } from "../paths";
import { count } from "../words";

interface DiscoverProps {
  readonly found: FormIndexes;
  readonly query: URLSearchParams;
  /** That may be compared. */
  readonly cities: readonly SlangCity[];
  /** Null: no city is chosen, or it can't be told (`error`). */
  readonly discovery: SlangDiscovery | null;
  readonly error?: AppError | undefined;
}

export const DiscoverPage = ({ found, query, cities, discovery, error }: DiscoverProps) => {
  const { form, indexes, chosen } = found;
  const path = formPath(form.id, "slang/discover");
  const crumbs = [
    FORMS,
    { name: form.title, path: formPath(form.id) },
    { name: "Slang", path: formPath(form.id, "slang") },
  ];
  return (
    <Page title="Words of one city" crumbs={crumbs}>
      <ProblemBox error={error} />
      {chosen && <IndexState chosen={chosen} indexes={indexes} path={path} query={query} />}
      <form method="get" action={path} class="looked">
        {query.has("integration") && <Hidden name="integration" value={query.get("integration") ?? ""} />}
        <Select
          label="City"
          name="city"
          value={query.get("city") ?? ""}
          options={[
            { value: "", label: "Choose…" },
            ...cities.flatMap(({ city, label }) => (city === null ? [] : [{ value: city, label: label ?? city }])),
          ]}
        />
        <Button tone="quiet">Compare with the others</Button>
      </form>
      {discovery && <Words discovery={discovery} back={withQuery(path, query)} language={chosen?.config.language} />}
    </Page>
  );
};

interface WordsProps {
  readonly discovery: SlangDiscovery;
  /** Where to go on after a word was added. */
  readonly back: string;
  readonly language: unknown;
}

const Words = ({ discovery: { label, compared, items }, back, language }: WordsProps) => {
  if (items.length === 0) {
    return (
      <Empty title="No word stands out">
        <p>A word must be in three responses of the city, and there must be another city to compare with.</p>
      </Empty>
    );
  }
  return (
    <>
      <div class="prose">
        <p>
          Words that are used in <strong dir="auto">{label}</strong> more than elsewhere, the clearest first:{" "}
          {count(compared.here)} words here were compared with {count(compared.elsewhere)} of the other cities. A
          response counts once for a word.
        </p>
        <p class="soft">
          z says how unlikely it is that only chance makes the difference. Below 2 it may well be chance; from 2 on
          chance alone would do it with about one word of forty, from 3 on with about one of a thousand. Names of places
          and people stand out, too: only you can tell what is slang.
        </p>
      </div>
      <Table stack label="Words" rows={items} columns={useColumns({ label, back, language })} />
    </>
  );
};

function useColumns({
  label,
  back,
  language,
}: Pick<WordsProps, "back" | "language"> & Pick<SlangDiscovery, "label">): readonly Column<SlangWord>[] {
  const may = useMayChangeLexicon();
  const adding = (word: string) =>
    withQuery(
      `${LEXICON}/new`,
      new URLSearchParams({
        term: word,
        ...(typeof language === "string" && { language }),
        ...(label && { city: label }),
        back,
      }),
    );
  return [
    { title: "Word", cell: ({ word }) => <span dir="auto">{word}</span> },
    { title: "Chance?", cell: ({ z }) => chanceOf(z) },
    { title: "z", end: true, tight: true, cell: ({ z }) => z.toFixed(1) },
    { title: "Responses here", end: true, tight: true, cell: ({ here }) => count(here) },
    { title: "Elsewhere", end: true, tight: true, cell: ({ elsewhere }) => count(elsewhere) },
    {
      title: "Lexicon",
      tight: true,
      cell: ({ word, term }) => {
        if (term !== null) return <a href={withQuery(LEXICON, new URLSearchParams({ term }))}>{term}</a>;
        return may ? (
          <a href={adding(word)}>
            Add to the lexicon<span class="sr">: {word}</span>
          </a>
        ) : (
          <span class="soft">Not in it</span>
        );
      },
    },
  ];
}

/** A z-score in plain words: one-sided, as words that are used less are not listed. */
export function chanceOf(z: number): string {
  if (z < 1.96) return "May be chance";
  return z < 3 ? "Probably not chance" : "Hardly chance";
}
