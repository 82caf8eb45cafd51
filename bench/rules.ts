/**
 * What rules cost the submission path: a form of 50 questions with 20 rules, each response checked and judged as the
 * worker does. Prints microseconds of CPU; asserts nothing.
 */
import { checkAnswers } from "../src/core/answer";
import { compileDefinition } from "../src/core/compiled";
import type { Definition } from "../src/core/form";
import { DefinitionSchema } from "../src/core/form-schema";
import { brokenRules, toFlag } from "../src/core/rule";

const QUESTIONS = 50;
const RULES = 20;
const ROUNDS = 20_000;

/** Comparisons, arithmetic, lists, texts and patterns, over answers near and far. */
const EXPRESSIONS = [
  (a: string, b: string) => `${a} <= ${b}`,
  (a: string, b: string) => `${a} + ${b} * 2 < 1000 || ${a} == null`,
  (a: string, b: string) => `${a} > 0 && ${b} > 0 && ${a} % 2 == 0`,
  () => 'city in ["pune", "delhi", "goa"] && size(city) > 2',
  () => 'matches(city, "^[a-z]{2,30}$") || city == null',
  () => 'crops.exists(c, c == "rice") || !happy',
];

function makeForm(): Definition {
  const numbers = Array.from({ length: QUESTIONS - 3 }, (_, i) => ({ ref: `n${i}`, type: "number", title: `N ${i}` }));
  const choices = ["rice", "maize", "wheat"].map((id) => ({ id, label: id }));
  const questions = [
    ...numbers,
    { ref: "city", type: "short_text", title: "City" },
    { ref: "crops", type: "multiple_choice", title: "Crops", choices },
    { ref: "happy", type: "yes_no", title: "Happy?" },
  ];
  const rules = Array.from({ length: RULES }, (_, i) => ({
    name: `rule_${i}`,
    severity: "flag",
    expression: EXPRESSIONS[i % EXPRESSIONS.length]?.(`n${i}`, `n${i + 20}`),
    message: "Look again.",
  }));
  return DefinitionSchema.parse({ title: "Bench", questions, rules });
}

/** Every third answer is missing in every second response: what can't be computed costs most. */
const answersOf = (n: number) => ({
  ...Object.fromEntries(
    Array.from({ length: QUESTIONS - 3 }, (_, i) => [`n${i}`, n % 2 === 0 && i % 3 === 0 ? null : (n * (i + 1)) % 97]),
  ),
  city: n % 3 === 0 ? "PUNE" : "pune",
  crops: n % 2 === 0 ? ["rice"] : ["maize", "wheat"],
  happy: n % 5 === 0,
});

/** Prints what a round takes of the CPU, garbage collection included, whatever else runs on the machine. */
function measure(name: string, work: (n: number) => unknown): void {
  for (let n = 0; n < ROUNDS / 10; n += 1) work(n);
  const before = process.cpuUsage();
  for (let n = 0; n < ROUNDS; n += 1) work(n);
  const { user, system } = process.cpuUsage(before);
  console.log(`${name.padEnd(26)} ${((user + system) / ROUNDS).toFixed(1).padStart(7)} µs CPU a response`);
}

export async function rules(): Promise<boolean> {
  const definition = makeForm();
  const compiled = compileDefinition(definition);
  const bare = compileDefinition({ ...definition, rules: [] });
  const inputs = Array.from({ length: 500 }, (_, n) => answersOf(n));
  const answers = inputs.map((input) => {
    const checked = checkAnswers(compiled, input);
    if (!checked.ok) throw new Error("the answers do not fit");
    return checked.answers;
  });

  const flagged = answers.map((one) => brokenRules(compiled.rules, one).length);
  console.log(
    `${QUESTIONS} questions, ${RULES} rules; ${Math.min(...flagged)} to ${Math.max(...flagged)} of them broken`,
  );
  measure("check the answers", (n) => checkAnswers(bare, inputs[n % inputs.length]));
  measure("judge them by the rules", (n) => brokenRules(compiled.rules, answers[n % answers.length] ?? {}).map(toFlag));
  const started = performance.now();
  compileDefinition(definition);
  console.log(`compiled once for a form in ${(performance.now() - started).toFixed(1)} ms`);
  return true;
}
