/** Above the counts of slang: of which city, which term, in the answers to which question. */
import type { Question } from "../../../core/form";
import type { SlangCity } from "../../../core/slang";
import type { IntegrationView } from "../../../services/integration-view";
import { Button, Hidden, Input, Select } from "../parts/controls";
import { withQuery } from "../paths";

interface FilterProps {
  readonly path: string;
  readonly query: URLSearchParams;
  readonly questions: readonly Question[];
  readonly config: IntegrationView["config"];
  /** That have answers, for where they are typed. */
  readonly cities: readonly SlangCity[];
}

export const SlangFilter = ({ path, query, questions, config, cities }: FilterProps) => {
  const refs = [config.text].flat().map(String);
  const titleOf = (ref: string) => questions.find((question) => question.ref === ref)?.title ?? ref;
  const cityQuestion = questions.find(({ ref }) => ref === config.city);
  const labelOf = (id: string) => cityQuestion?.choices?.find((choice) => choice.id === id)?.label ?? id;
  const applied = [
    { name: "city", inWords: labelOf },
    { name: "term", inWords: (term: string) => term },
    { name: "question", inWords: titleOf },
  ].filter(({ name }) => query.get(name));
  return (
    <div class="filters">
      <form method="get" action={path} class="looked">
        {query.has("integration") && <Hidden name="integration" value={query.get("integration") ?? ""} />}
        <CityField query={query} question={cityQuestion} cities={cities} />
        <Input label="Term" name="term" value={query.get("term") ?? ""} maxlength={100} />
        {refs.length > 1 && (
          <Select
            label="In answers to"
            name="question"
            value={query.get("question") ?? ""}
            options={[{ value: "", label: "All of them" }, ...refs.map((ref) => ({ value: ref, label: titleOf(ref) }))]}
          />
        )}
        <Button tone="quiet">Show</Button>
      </form>
      {applied.length > 0 && (
        <ul class="chips" aria-label="Conditions">
          {applied.map(({ name, inWords }) => (
            <li>
              <a href={withQuery(path, query, { [name]: undefined, cursor: undefined })}>
                <span class="sr">Remove the condition: </span>
                <span dir="auto">{inWords(query.get(name) ?? "")}</span>
                <span aria-hidden="true"> ×</span>
              </a>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
};

/** A list where the city is a choice, a text where it is typed. */
const CityField = ({
  query,
  question,
  cities,
}: Pick<FilterProps, "query" | "cities"> & { readonly question: Question | undefined }) => {
  const chosen = query.get("city") ?? "";
  if (!question?.choices) {
    const names = cities.flatMap(({ label }) => label ?? []);
    return (
      <>
        <Input label="City" name="city" value={chosen} maxlength={100} list="cities_typed" />
        <datalist id="cities_typed">
          {names.map((name) => (
            <option value={name} />
          ))}
        </datalist>
      </>
    );
  }
  const listed = question.choices.map(({ id, label }) => ({ value: id, label }));
  const known = chosen === "" || listed.some(({ value }) => value === chosen);
  const options = [{ value: "", label: "All cities" }, ...listed, ...(known ? [] : [{ value: chosen, label: chosen }])];
  return <Select label="City" name="city" value={chosen} options={options} />;
};
