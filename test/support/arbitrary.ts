/** Arbitrary forms, answers that they take, and input that nobody meant well, for property tests. */
import fc from "fast-check";
import type { Question, QuestionType } from "../../src/core/form";
import { pageToken } from "../../src/core/ids";

const choiceId = fc.stringMatching(/^[A-Za-z0-9_.-]{1,12}$/);
const choices = fc
  .uniqueArray(choiceId, { minLength: 1, maxLength: 6 })
  .map((ids) => ids.map((id) => ({ id, label: `Label of ${id}` })));

/** Texts of any script, with marks on their letters or behind them, without what can't be stored. */
export const text = (maxLength: number) =>
  fc
    .tuple(fc.string({ unit: "grapheme", minLength: 1, maxLength }), fc.boolean())
    .map(([s, apart]) => (apart ? s.normalize("NFD") : s))
    .filter((s) => s.isWellFormed() && !s.includes("\0") && s.length > 0);

const two = (n: number) => String(n).padStart(2, "0");
const date = fc
  .date({ min: new Date("0002-01-01T00:00:00Z"), max: new Date("9998-12-31T00:00:00Z"), noInvalidDate: true })
  .map((day) => day.toISOString().slice(0, 10));
const time = fc.tuple(fc.nat(23), fc.nat(59)).map(([h, m]) => `${two(h)}:${two(m)}`);
const finite = fc.double({ noNaN: true, noDefaultInfinity: true });

/** A question of a type (without its ref), with answers that it takes. */
interface Sample {
  readonly question: Omit<Question, "ref" | "title">;
  readonly answer: fc.Arbitrary<unknown>;
}

const plain = (type: QuestionType, answer: fc.Arbitrary<unknown>): fc.Arbitrary<Sample> =>
  fc.constant({ question: { type }, answer });

const bounded = (type: "number" | "integer", value: fc.Arbitrary<number>): fc.Arbitrary<Sample> =>
  fc.tuple(value, value).map(([a, b]) => {
    const [min, max] = [Math.min(a, b), Math.max(a, b)];
    const answer = type === "integer" ? fc.integer({ min, max }) : fc.double({ min, max, noNaN: true });
    return { question: { type, min, max }, answer };
  });

const SAMPLES: readonly fc.Arbitrary<Sample>[] = [
  plain("short_text", text(30)),
  plain("long_text", text(200)),
  fc.tuple(fc.nat(3), fc.integer({ min: 40, max: 90 })).map(([minLength, maxLength]) => ({
    question: { type: "long_text", minLength, maxLength },
    // A grapheme has several code points, which are what is counted, in NFC.
    answer: text(30).map((s) => [...s.normalize("NFC")].slice(0, 30).join("") + "x".repeat(minLength)),
  })),
  plain("number", finite),
  bounded("number", finite),
  bounded("integer", fc.integer()),
  plain("email", fc.constantFrom("asha@example.org", "a.b+c@d.example")),
  plain("phone_number", fc.stringMatching(/^\+[1-9]\d{6,12}$/)),
  plain("url", fc.webUrl()),
  plain("yes_no", fc.boolean()),
  plain("rating", fc.integer({ min: 1, max: 5 })),
  plain("opinion_scale", fc.integer({ min: 0, max: 10 })),
  plain("date", date),
  plain("time", time),
  plain(
    "datetime",
    fc.tuple(date, time).map(([d, t]) => `${d}T${t}:00Z`),
  ),
  plain(
    "location",
    fc.record({
      latitude: fc.double({ min: -90, max: 90, noNaN: true }),
      longitude: fc.double({ min: -180, max: 180, noNaN: true }),
    }),
  ),
  choices.map((list) => ({
    question: { type: "single_choice", choices: list },
    answer: fc.constantFrom(...list.map(({ id }) => id)),
  })),
  choices.map((list) => ({
    question: { type: "multiple_choice", choices: list },
    answer: fc.subarray(
      list.map(({ id }) => id),
      { minLength: 1 },
    ),
  })),
];

/** What stands over a page that begins with a question; most begin none. */
const page = fc.option(fc.record({ title: text(20) }, { requiredKeys: [] }), { freq: 1 });

export interface FormCase {
  readonly definition: { readonly title: string; readonly questions: readonly Question[] };
  /** Answers that the form takes: some questions, and every required one. */
  readonly answers: Readonly<Record<string, unknown>>;
}

/** A form of up to eight questions, and answers that it takes. */
export const formCase: fc.Arbitrary<FormCase> = fc
  .array(fc.oneof(...SAMPLES), { minLength: 1, maxLength: 8 })
  .chain((samples) =>
    fc.tuple(...samples.map(({ answer }) => fc.tuple(answer, fc.boolean(), fc.boolean(), page))).map((drawn) => {
      const questions = samples.map(({ question }, i) => {
        const [, required = false, , begins] = drawn[i] ?? [];
        const asked = { ...question, ref: `q${i}`, title: `Question ${i}`, required };
        return begins ? { ...asked, page: begins } : asked;
      });
      const given = drawn.flatMap(([answer, required, also], i) => (required || also ? [[`q${i}`, answer]] : []));
      return { definition: { title: "Arbitrary", questions }, answers: Object.fromEntries(given) };
    }),
  );

/** What a rule says that must not be answered: broken by any answer, whatever its type. */
interface EmptyRule {
  readonly name: string;
  readonly severity: "error" | "flag";
  readonly ref: string;
}

export interface RuledCase extends FormCase {
  readonly rules: readonly EmptyRule[];
}

/** A form as above, and rules over its questions that each of them must be empty. */
export const ruledCase: fc.Arbitrary<RuledCase> = formCase.chain((one) =>
  fc
    .array(fc.tuple(fc.constantFrom(...one.definition.questions.map(({ ref }) => ref)), fc.nat(5)), { maxLength: 6 })
    .map((drawn) => {
      const rules = drawn.map(([ref, n], i) => {
        return { name: `r${i}`, severity: n === 0 ? ("error" as const) : ("flag" as const), ref };
      });
      const written = rules.map(({ name, severity, ref }) => ({
        name,
        severity,
        expression: `${ref} == null`,
        message: name,
      }));
      return { ...one, rules, definition: { ...one.definition, rules: written } };
    }),
);

/** Any JSON, its names too: prototypes, deep nesting, lone surrogates, NUL. */
export const anyJson: fc.Arbitrary<unknown> = fc.oneof(
  fc.jsonValue({ maxDepth: 5 }),
  fc.jsonValue({ maxDepth: 3, stringUnit: "binary" }),
  fc.constantFrom(null, "", [], {}, "\ud800", "\0", "__proto__", -0, 1e308, 2 ** 53, [[[[[[[[[[[[[[]]]]]]]]]]]]]]),
  fc.constant(JSON.parse('{"__proto__": {"polluted": true}, "constructor": 1}')),
);

/** A segment of an address, or the text of a query. */
export const hostileText: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: "binary", maxLength: 40 }).filter((s) => s.isWellFormed()),
  // Ids and cursors as we make them, of numbers that we never gave out.
  fc.array(fc.oneof(fc.maxSafeNat(), fc.nat(3)), { minLength: 1, maxLength: 5 }).map(pageToken),
  fc.constantFrom(
    "..",
    "a\r\nb",
    "\0",
    "%00",
    "%",
    "%ff",
    "'",
    '" OR 1=1',
    "0",
    "-1",
    "9007199254740993",
    "1e9",
    "x".repeat(3000),
    "🦆",
    "ﷺ",
  ),
);
