/**
 * The terms of the lexicon in a form's answers: how many responses have them, by city and by term, and where they
 * stand.
 */
import type { AppError } from "../../../core/errors";
import type { Definition, Question } from "../../../core/form";
import type { SlangPage as Slang } from "../../../services/slang";
import { useMay } from "../env";
import type { FormIndexes } from "../indexes/find";
import { IndexPage } from "../indexes/page";
import { Card } from "../parts/card";
import { Empty } from "../parts/empty";
import { Pager } from "../parts/pager";
import { formPath, LEXICON, withQuery } from "../paths";
import { Bars, percent } from "../plots/bars";
import { Hits } from "../search/hits";
import { count, counted } from "../words";
import { SlangFilter } from "./filter";
import { SlangOffer } from "./offer";

interface SlangProps {
  readonly found: FormIndexes;
  readonly query: URLSearchParams;
  /** Of the newest version. */
  readonly questions: readonly Question[];
  /** Null: there is no index, or it can't be asked like that (`error`). */
  readonly page: Slang | null;
  /** Of the responses found. */
  readonly definitions?: ReadonlyMap<number, Definition>;
  readonly error?: AppError | undefined;
  /** What was typed into the offer. */
  readonly sent?: URLSearchParams | undefined;
}

export const SlangPage = (props: SlangProps) => {
  const { found, query, questions, page, error, sent } = props;
  const path = formPath(found.form.id, "slang");
  const { chosen } = found;
  return (
    <IndexPage
      found={found}
      path={path}
      query={query}
      error={error}
      offer={<SlangOffer action={path} questions={questions} sent={sent} />}
      actions={
        chosen && (
          <a class="button quiet" href={discoverPath(found.form.id, query)}>
            Discover words
          </a>
        )
      }
    >
      {chosen && (
        <SlangFilter
          path={path}
          query={query}
          questions={questions}
          config={chosen.config}
          cities={page?.cities ?? []}
        />
      )}
      {page && <Found {...props} page={page} path={path} />}
    </IndexPage>
  );
};

/** Where words of a city are discovered; the city and the index of the page go along. */
const discoverPath = (form: string, query: URLSearchParams): string => {
  const kept = [...query].filter(([name]) => name === "city" || name === "integration");
  return withQuery(formPath(form, "slang/discover"), new URLSearchParams(kept));
};

const Found = (props: SlangProps & { readonly page: Slang; readonly path: string }) => {
  const { found, query, page, path, definitions } = props;
  const term = query.get("term")?.trim();
  return (
    <>
      <Outdated {...props} />
      <dl class="figures">
        <div>
          <dt>Responses with a text</dt>
          <dd>{count(page.responses)}</dd>
        </div>
        <div>
          <dt>{term ? "With this term" : "With a term of the lexicon"}</dt>
          <dd>
            {count(page.used)} <span class="soft small">{percent(page.used, page.responses)}</span>
          </dd>
        </div>
      </dl>
      <div class="cards">
        <Cities {...props} />
        {!term && <Terms {...props} />}
      </div>
      {term && page.items.length > 0 && (
        <Hits form={found.form.id} items={page.items} definitions={definitions ?? new Map()} />
      )}
      <Pager
        older={page.next === null ? undefined : withQuery(path, query, { cursor: page.next })}
        newest={query.has("cursor") ? withQuery(path, query, { cursor: undefined }) : undefined}
        names={term ? undefined : { older: "More terms →", newest: "First terms" }}
      />
    </>
  );
};

/** That the lexicon was changed since, and what to do about it. */
const Outdated = ({ found, page: { lexicon, index } }: SlangProps & { readonly page: Slang }) => {
  const mayApply = useMay("integrations:write");
  if (lexicon.outdated === 0 || index.lag.entries > 0) return null;
  const apply = `${formPath(found.form.id, "slang/apply")}?integration=${index.integration}`;
  return (
    <div class="box outdated">
      <p>
        The <a href={LEXICON}>lexicon</a> was changed since {counted(lexicon.outdated, "response")}{" "}
        {lexicon.outdated === 1 ? "was" : "were"} looked through.
      </p>
      {mayApply && (
        <a class="button quiet" href={apply}>
          Apply it to old responses…
        </a>
      )}
    </div>
  );
};

const Cities = ({ query, page: { cities }, path }: SlangProps & { readonly page: Slang; readonly path: string }) => (
  <Card title="By city" id="cities">
    <Bars
      label="By city"
      of="City"
      bars={cities.map(({ city, label, used, responses }) => ({
        name:
          city === null ? "No city given" : <a href={withQuery(path, query, { city, cursor: undefined })}>{label}</a>,
        count: used,
        note: `of ${counted(responses, "response")}, ${percent(used, responses)}`,
      }))}
    />
  </Card>
);

const Terms = ({ query, page: { terms }, path }: SlangProps & { readonly page: Slang; readonly path: string }) => (
  <Card title="By term" id="terms">
    {terms.length === 0 ? (
      <Empty title="None of the lexicon's terms">
        <p>
          Look at the <a href={LEXICON}>lexicon</a>, or discover words that it has not.
        </p>
      </Empty>
    ) : (
      <Bars
        label="By term"
        of="Term"
        bars={terms.map(({ term, languages, responses }) => ({
          name: <a href={withQuery(path, query, { term, cursor: undefined })}>{term}</a>,
          count: responses,
          note: languages.join(", ") || "not in the lexicon any more",
        }))}
      />
    )}
  </Card>
);
