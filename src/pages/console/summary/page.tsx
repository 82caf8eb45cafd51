/** What a form's responses say, in plots: when they came, what became of them, and question by question. */
import type { AppError } from "../../../core/errors";
import type { Definition } from "../../../core/form";
import type { Summary } from "../../../core/summary";
import { kindTitle } from "../../../services/names";
import type { FormIndexes } from "../indexes/find";
import { Offer } from "../indexes/offer";
import { IndexPage } from "../indexes/page";
import { Card } from "../parts/card";
import { Empty } from "../parts/empty";
import { formPath } from "../paths";
import { type Bar, Bars } from "../plots/bars";
import { binDays } from "../plots/bins";
import { Columns } from "../plots/columns";
import { Week } from "../plots/week";
import { count, REVIEWS } from "../words";
import { QuestionCard } from "./question";

interface SummaryProps {
  readonly found: FormIndexes;
  readonly query: URLSearchParams;
  /** Null: there is none, or it can't be read now (`error`). */
  readonly summary: Summary | null;
  readonly definition?: Definition;
  readonly error?: AppError | undefined;
}

export const SummaryPage = (props: SummaryProps) => {
  const { found, query, summary, error } = props;
  const path = formPath(found.form.id, "summary");
  const offer = (
    <Offer
      title="No summary yet"
      about="A summary keeps counts, means and histograms of every question ready, however many responses there are."
      verb="Add a summary"
      action={path}
    />
  );
  return (
    <IndexPage found={found} path={path} query={query} error={error} offer={offer}>
      {summary && <Figures {...props} summary={summary} />}
    </IndexPage>
  );
};

type FiguresProps = Pick<SummaryProps, "found" | "definition"> & { readonly summary: Summary };

const Figures = ({ found, summary, definition }: FiguresProps) => {
  if (summary.total + summary.erased === 0) return <Empty title="No responses are counted yet" />;
  return (
    <>
      <Totals summary={summary} />
      <OverTime summary={summary} />
      <div class="cards">
        <Judged summary={summary} found={found} />
        {summary.questions.map((question, i) => (
          <QuestionCard
            question={question}
            total={summary.total}
            asked={definition?.questions.find(({ ref }) => ref === question.ref)}
            id={`question_${i}`}
          />
        ))}
      </div>
    </>
  );
};

const Totals = ({ summary: { total, erased, review, days } }: Pick<FiguresProps, "summary">) => {
  const flagged = review.find(({ state }) => state === "flagged")?.count ?? 0;
  const figures = [
    ["Responses", count(total), ""],
    ["Flagged, to be looked at", count(flagged), flagged > 0 ? "warn" : ""],
    ["Erased", count(erased), ""],
    ["First day", days[0]?.day ?? "–", ""],
    ["Last day", days.at(-1)?.day ?? "–", ""],
  ] as const;
  return (
    <dl class="figures">
      {figures.map(([name, value, tone]) => (
        <div class={tone || undefined}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
};

const UNITS = { day: "Day", week: "Week from", month: "Month", year: "Year" } as const;

const OverTime = ({ summary: { days, hours, timeZone } }: Pick<FiguresProps, "summary">) => {
  const { unit, bins } = binDays(days);
  return (
    <div class="split">
      <Card title={`Responses by ${unit}`} id="days">
        <Columns label={`Responses by ${unit}`} of={UNITS[unit]} bins={bins} />
      </Card>
      <Card title="Hours of the week" id="hours">
        <Week label="Responses by hour of the week" hours={hours} />
        <p class="hint">Days and hours of {timeZone}.</p>
      </Card>
    </div>
  );
};

/** What people and rules made of them. */
const Judged = ({ found, summary: { total, review, flags, flaggedBy, versions } }: FiguresProps) => {
  const kinds = new Map(found.integrations.map(({ id, kind }) => [id, kindTitle(kind)]));
  const groups: readonly (readonly [title: string, of: string, bars: readonly Bar[]])[] = [
    ["Review", "State", review.map(({ state, count: n }) => ({ name: REVIEWS[state][0], count: n }))],
    ["Flags by rule", "Rule", flags.map(({ rule, count: n }) => ({ name: rule, count: n }))],
    [
      "Flags by integration",
      "Integration",
      flaggedBy.map(({ integration, count: n }) => ({ name: kinds.get(integration) ?? integration, count: n })),
    ],
    ["Versions", "Version", versions.map(({ version, count: n }) => ({ name: `Version ${version}`, count: n }))],
  ];
  return (
    <>
      {groups
        .filter(([title, , bars]) => bars.length > (title === "Versions" ? 1 : 0))
        .map(([title, of, bars]) => (
          <Card title={title} id={`of_${of.toLowerCase()}`}>
            <Bars label={title} of={of} bars={bars} total={total} />
          </Card>
        ))}
    </>
  );
};
