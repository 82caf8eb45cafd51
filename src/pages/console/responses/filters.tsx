/** Above a table of responses: what it is filtered by, and the forms that change that. They are sent with GET. */
import { OPERATORS, operatorsOf } from "../../../core/filter";
import type { Question } from "../../../core/form";
import { REVIEW_STATES } from "../../../core/review";
import { Button, Hidden, Input, Select } from "../parts/controls";
import { withQuery } from "../paths";
import { REVIEWS } from "../words";
import { ADDED, type Applied, appliedIn, METADATA } from "./query";

interface FiltersProps {
  /** Address of the table, and its query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly questions: readonly Question[];
  /** Those of the table; left out: it has none to choose. */
  readonly columns?: readonly Question[];
  /** A search has no "received from". */
  readonly since?: boolean;
}

const OPERATOR_WORDS: Readonly<Record<(typeof OPERATORS)[number], string>> = {
  eq: "is",
  ne: "is not",
  gt: "is more than",
  ge: "is at least",
  lt: "is less than",
  le: "is at most",
  in: "is one of",
  contains: "contains",
  startswith: "starts with",
};

export const Filters = (props: FiltersProps) => (
  <div class="filters">
    <div class="toolbar">
      <FilterForm {...props} />
      <div class="buttons">
        <button type="button" class="quiet only-narrow" popovertarget="filter">
          Filter
        </button>
        {props.columns && (
          <button type="button" class="quiet" popovertarget="columns">
            Columns
          </button>
        )}
      </div>
      {props.columns && <ColumnsForm {...props} columns={props.columns} />}
    </div>
    <Chips {...props} />
  </div>
);

/** What else the address says, so that a form does not lose it. A changed filter begins at the front. */
const Kept = ({ query, but }: { readonly query: URLSearchParams; readonly but: readonly string[] }) => (
  <>
    {[...query]
      .filter(([name]) => name !== "cursor" && !but.includes(name))
      .map(([name, value]) => (
        <Hidden name={name} value={value} />
      ))}
  </>
);

const FilterForm = ({ path, query, questions, since = true }: FiltersProps) => (
  <form method="get" action={path} id="filter" popover="auto" class="filter panel" data-filter>
    <Kept query={query} but={["review", "since"]} />
    <Select
      label="Review"
      name="review"
      value={query.get("review") ?? ""}
      options={[
        { value: "", label: "Any" },
        ...REVIEW_STATES.map((state) => ({ value: state, label: REVIEWS[state][0] })),
      ]}
    />
    {since && <Input label="Received from" name="since" type="date" value={query.get("since") ?? ""} />}
    <Select
      label="Where"
      name={ADDED.about}
      options={[
        { value: "", label: "Any answer" },
        ...questions.flatMap((question) => optionOf(question)),
        { value: METADATA, label: "Metadata", data: { operators: OPERATORS.join(" ") } },
      ]}
    />
    <div data-metadata-key>
      <Input label="Metadata entry" name={ADDED.key} maxlength={64} />
    </div>
    <Select
      label="Comparison"
      name={ADDED.operator}
      options={OPERATORS.map((operator) => ({ value: operator, label: OPERATOR_WORDS[operator] }))}
    />
    <Input label="Value" name={ADDED.value} maxlength={1_000} />
    {questions.map((question) => (
      <Choices question={question} />
    ))}
    <Button tone="quiet">Apply</Button>
  </form>
);

function optionOf({ ref, title, type }: Question) {
  const operators = operatorsOf(type);
  return operators.length === 0
    ? []
    : [{ value: ref, label: title.slice(0, 80), data: { operators: operators.join(" ") } }];
}

/** Long lists are typed from memory. */
const CHOICES_MAX = 100;

/** The labels that the script offers while somebody types the value. */
const Choices = ({ question: { ref, type, choices } }: { readonly question: Question }) => {
  const labels = type === "yes_no" ? ["Yes", "No"] : (choices ?? []).map(({ label }) => label);
  if (labels.length === 0 || labels.length > CHOICES_MAX) return null;
  return (
    <datalist id={`choices_${ref}`}>
      {labels.map((label) => (
        <option value={label} />
      ))}
    </datalist>
  );
};

const ColumnsForm = ({ path, query, questions, columns }: FiltersProps & Required<Pick<FiltersProps, "columns">>) => {
  const shown = new Set(columns.map(({ ref }) => ref));
  return (
    <form method="get" action={path} id="columns" popover="auto" class="columns panel">
      <Kept query={query} but={["fields"]} />
      <fieldset>
        <legend>Columns</legend>
        {questions.map(({ ref, title }) => (
          <label class="check">
            <input type="checkbox" name="fields" value={ref} checked={shown.has(ref)} />
            <span dir="auto">{title}</span>
          </label>
        ))}
      </fieldset>
      <Button>Show these</Button>
    </form>
  );
};

/** What the address narrows by, one by one, each to be taken away. */
export const Chips = ({ path, query, questions }: Omit<FiltersProps, "columns">) => {
  const applied = appliedIn(query);
  if (applied.length === 0) return null;
  return (
    <ul class="chips" aria-label="Conditions">
      {applied.map((one) => (
        <li>
          <a href={withQuery(path, one.without)}>
            <span class="sr">Remove the condition: </span>
            <span dir="auto">{inWords(one, questions)}</span>
            <span aria-hidden="true"> ×</span>
          </a>
        </li>
      ))}
    </ul>
  );
};

/** A condition in words: "City is Pune". */
function inWords({ list, subject, operator, value }: Applied, questions: readonly Question[]): string {
  if (list === "review") return `Review is ${REVIEWS[REVIEW_STATES.find((state) => state === value) ?? "received"][0]}`;
  if (list === "since") return `Received from ${value}`;
  const question = list === "filter" ? questions.find(({ ref }) => ref === subject) : undefined;
  const words = OPERATORS.find((one) => one === operator);
  const label = (text: string) => {
    if (question?.type === "yes_no") return text === "true" ? "Yes" : "No";
    return question?.choices?.find(({ id }) => id === text)?.label ?? text;
  };
  const values = operator === "in" ? value.split(",") : [value];
  return `${question?.title ?? subject} ${words ? OPERATOR_WORDS[words] : operator} ${values.map(label).join(", ")}`;
}
