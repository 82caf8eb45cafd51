/** Looking for words: the box, the conditions, and the responses that have them, with what was found marked. */
import type { AppError } from "../../../core/errors";
import type { Definition, Question } from "../../../core/form";
import type { SearchPage as Found } from "../../../services/search";
import type { FormIndexes } from "../indexes/find";
import { Offer } from "../indexes/offer";
import { IndexPage } from "../indexes/page";
import { Hidden } from "../parts/controls";
import { Empty } from "../parts/empty";
import { Pager } from "../parts/pager";
import { formPath, withQuery } from "../paths";
import { Filters } from "../responses/filters";
import { appliedIn } from "../responses/query";
import { SearchBox } from "./box";
import { Hits } from "./hits";

interface SearchProps {
  readonly found: FormIndexes;
  readonly query: URLSearchParams;
  readonly questions: readonly Question[];
  /** Null: nothing was looked for, or it can't be (`error`). */
  readonly page: Found | null;
  /** Of the responses found. */
  readonly definitions?: ReadonlyMap<number, Definition>;
  readonly error?: AppError | undefined;
}

export const SearchPage = (props: SearchProps) => {
  const { found, query, questions, page, error } = props;
  const form = found.form.id;
  const path = formPath(form, "search");
  const offer = (
    <Offer
      title="No search yet"
      about="A search finds responses by the words in their answers, whatever their script, accents and case."
      verb="Add a search"
      action={path}
    />
  );
  return (
    <IndexPage found={found} path={path} query={query} error={error} offer={offer}>
      <SearchBox form={form} q={query.get("q") ?? ""}>
        <In questions={questions} chosen={query.get("question") ?? ""} />
        {query.has("integration") && <Hidden name="integration" value={query.get("integration") ?? ""} />}
        {appliedIn(query).map(({ name, value }) => (
          <Hidden name={name} value={value} />
        ))}
      </SearchBox>
      <p class="hint">
        All words, in any answers. <code>"two words"</code> in this order, <code>begin*</code>, <code>-without</code>.
      </p>
      <Filters path={path} query={query} questions={questions} since={false} />
      {page && <Results {...props} page={page} path={path} />}
    </IndexPage>
  );
};

/** Types that have words (src/integrations/search/texts.ts). */
const SEARCHED: ReadonlySet<string> = new Set([
  "short_text",
  "long_text",
  "email",
  "phone_number",
  "url",
  "single_choice",
  "multiple_choice",
  "dropdown",
]);

const In = ({ questions, chosen }: { readonly questions: readonly Question[]; readonly chosen: string }) => (
  <select name="question" aria-label="In which answers">
    <option value="">In all answers</option>
    {questions
      .filter(({ type }) => SEARCHED.has(type))
      .map(({ ref, title }) => (
        <option value={ref} selected={ref === chosen}>
          {title.slice(0, 80)}
        </option>
      ))}
  </select>
);

const Results = ({
  found,
  query,
  page,
  path,
  definitions,
}: SearchProps & { readonly page: Found; readonly path: string }) => (
  <>
    {page.items.length > 0 && <Hits form={found.form.id} items={page.items} definitions={definitions ?? new Map()} />}
    {page.items.length === 0 && page.next === null && <NothingFound query={query} path={path} />}
    {page.items.length === 0 && page.next !== null && (
      <p class="box">
        Nothing that fits among the newest that have these words. The search goes on with the next page.
      </p>
    )}
    <Pager
      older={page.next === null ? undefined : withQuery(path, query, { cursor: page.next })}
      newest={query.has("cursor") ? withQuery(path, query, { cursor: undefined }) : undefined}
    />
  </>
);

const NothingFound = ({ query, path }: { readonly query: URLSearchParams; readonly path: string }) => (
  <Empty title="No response has these words">
    {(appliedIn(query).length > 0 || query.has("question")) && (
      <p>
        <a href={withQuery(path, new URLSearchParams({ q: query.get("q") ?? "" }))}>Search without conditions</a>
      </p>
    )}
  </Empty>
);
