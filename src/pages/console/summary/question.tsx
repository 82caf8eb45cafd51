/** One question of a summary, by what its type has: choices, numbers, lengths of texts, months, hours. */
import type { Child } from "hono/jsx";
import { type Question, scaleBounds } from "../../../core/form";
import type { NumbersSummary, QuestionSummary } from "../../../core/summary";
import { Facts } from "../parts/facts";
import { type Bar, Bars, percent } from "../plots/bars";
import { type Bin, binMonths, binNumbers } from "../plots/bins";
import { Columns } from "../plots/columns";
import { clock } from "../plots/week";
import { count, counted } from "../words";

interface QuestionProps {
  readonly question: QuestionSummary;
  /** Responses in all. */
  readonly total: number;
  /** As the newest version asks it, if it does. */
  readonly asked: Question | undefined;
  readonly id: string;
}

export const QuestionCard = ({ question, total, asked, id }: QuestionProps) => (
  <section class="card" aria-labelledby={id}>
    <h2 id={id} dir="auto">
      {question.title}
    </h2>
    <p class="soft small lead">
      {counted(question.answered, "answer")}, {percent(question.answered, total)} of the responses
      {question.removed && ". Not asked any more"}
    </p>
    {question.answered > 0 && <Answers question={question} asked={asked} />}
  </section>
);

const REMOVED = "(not offered any more)";

const Answers = ({ question, asked }: Pick<QuestionProps, "question" | "asked">): Child => {
  const { title, answered, choices, picked, numbers, lengths, months, hours } = question;
  return (
    <>
      {choices && (
        <Bars
          label={title}
          of="Choice"
          total={answered}
          bars={choices.map(({ label, count: n, removed }) => ({
            name: label,
            count: n,
            note: removed ? REMOVED : undefined,
          }))}
        />
      )}
      {picked && picked.length > 1 && <Picked question={question} picked={picked} />}
      {numbers && <Numbers title={title} numbers={numbers} asked={asked} />}
      {lengths && <Bars label={`Length: ${title}`} of="Characters" bars={lengthsOf(lengths)} total={answered} />}
      {months && <Months title={title} months={months} />}
      {hours && <Columns label={`Hour: ${title}`} of="Hour" bins={hoursOf(hours)} unit="answer" />}
      {question.type === "location" && <p class="soft">Where they are stands in each response.</p>}
    </>
  );
};

const Picked = ({
  question: { title, answered },
  picked,
}: {
  readonly question: QuestionSummary;
  readonly picked: NonNullable<QuestionSummary["picked"]>;
}) => (
  <>
    <h3>Chosen at once</h3>
    <Bars
      label={`How many were chosen at once: ${title}`}
      of="Choices"
      total={answered}
      bars={picked.map(({ choices, count: n }) => ({ name: counted(choices, "choice"), count: n }))}
    />
  </>
);

const EXACT = new Intl.NumberFormat("en", { maximumSignificantDigits: 4 });

const Numbers = ({
  title,
  numbers,
  asked,
}: {
  readonly title: string;
  readonly numbers: NumbersSummary;
  readonly asked: Question | undefined;
}) => {
  const { mean, standardDeviation, min, max, histogram } = numbers;
  const show = (n: number | null) => n !== null && EXACT.format(n);
  const isScale = asked?.type === "rating" || asked?.type === "opinion_scale";
  return (
    <>
      <Columns
        label={title}
        of="Number"
        unit="answer"
        bins={binNumbers(histogram, isScale ? scaleBounds(asked) : undefined)}
      />
      <Facts
        facts={[
          ["Mean", show(mean)],
          ["Standard deviation", show(standardDeviation)],
          [`Least${exactness(min)}`, show(min)],
          [`Largest${exactness(max)}`, show(max)],
        ]}
      />
    </>
  );
};

/** The histogram has two digits of a number: whole ones up to 100 are as they were answered. */
const exactness = (n: number | null) =>
  n !== null && Number.isInteger(n) && Math.abs(n) <= 100 ? "" : ", to two digits";

/** Lengths of texts that somebody wrote, in characters. */
const lengthsOf = (lengths: NonNullable<QuestionSummary["lengths"]>): readonly Bar[] =>
  lengths.map(({ from, to, count: n }) => ({
    name: to === null ? `${count(from)} characters and more` : `${count(from)} to ${count(to)} characters`,
    count: n,
  }));

const Months = ({
  title,
  months,
}: {
  readonly title: string;
  readonly months: NonNullable<QuestionSummary["months"]>;
}) => {
  const { unit, bins } = binMonths(
    months.flatMap(({ month, count: n }) => (month === null ? [] : [{ month, count: n }])),
  );
  const others = months.find(({ month }) => month === null)?.count ?? 0;
  return (
    <>
      <Columns label={`By ${unit}: ${title}`} of={unit === "year" ? "Year" : "Month"} bins={bins} unit="answer" />
      {others > 0 && <p class="hint">{counted(others, "answer")} before 1900 or after 2099.</p>}
    </>
  );
};

function hoursOf(hours: NonNullable<QuestionSummary["hours"]>): readonly Bin[] {
  const counts = new Map(hours.map(({ hour, count: n }) => [hour, n]));
  return Array.from({ length: 24 }, (_, hour) => ({ label: clock(hour), count: counts.get(hour) ?? 0 }));
}
