/** The rules of a config, ready for responses of a form as its newest version asks its questions. Pure. */
import { answerOf } from "../../core/answer-sheet";
import { compileFilter } from "../../core/expression";
import { compilePair, type PairCondition } from "../../core/expression-pair";
import type { Definition, QuestionType } from "../../core/form";
import type { ResponseRecord } from "../../core/response";
import type { Config, LookupRule } from "./manifest";

/** Others that a condition is tried with, unless told. */
export const LOOKED_AT = 10;
const DAY_MS = 86_400_000;

/** A question whose answers are compared. `isCode`: only its letters and digits count. */
export interface Compared {
  readonly ref: string;
  readonly type: QuestionType;
  readonly isCode: boolean;
}

export interface Lookup {
  readonly rule: LookupRule;
  /** Refs of the questions that it concerns. */
  readonly questions: readonly string[];
  readonly same: readonly Compared[];
  /** Whether a response is looked at, and found by others. */
  readonly takes: (response: ResponseRecord) => boolean;
  /** What the order of responses, and the window, go by, in milliseconds; null: not answered. */
  readonly timeOf: (response: ResponseRecord) => number | null;
  /** Milliseconds; null: all that came before. */
  readonly window: number | null;
  readonly condition: PairCondition | null;
  /** How many before a response are looked at: one is enough to break a rule without a condition. */
  readonly limit: number;
}

/** The questions that are to be answered alike, as a config names them. */
export const comparedOf = ({ same }: LookupRule["lookup"]): { readonly ref: string; readonly isCode: boolean }[] =>
  same.map((one) => (typeof one === "string" ? { ref: one, isCode: false } : { ref: one.question, isCode: true }));

/** Rules that the form can't answer any more (a question is gone) are left out: they say nothing. */
export function compileLookups({ rules }: Config, definition: Definition): readonly Lookup[] {
  return rules.flatMap((rule) => compileLookup(rule, definition) ?? []);
}

function compileLookup(rule: LookupRule, definition: Definition): Lookup | null {
  const { when, within, condition, limit = LOOKED_AT } = rule.lookup;
  const types = new Map(definition.questions.map(({ ref, type }) => [ref, type]));
  const same = comparedOf(rule.lookup).flatMap(({ ref, isCode }) => {
    const type = types.get(ref);
    return type === undefined ? [] : [{ ref, type, isCode }];
  });
  const filter = when === undefined ? null : compileFilter(when, definition);
  const pair = condition === undefined ? null : compilePair(condition, definition);
  const timed = within?.question === undefined || types.has(within.question);
  if (same.length < rule.lookup.same.length || filter?.ok === false || pair?.ok === false || !timed) return null;
  return {
    rule,
    questions: rule.questions ?? same.map(({ ref }) => ref),
    same,
    takes: ({ answers, metadata }) => filter === null || filter.evaluate(answers, metadata),
    timeOf: (response) => timeOf(response, within?.question),
    window: within ? within.days * DAY_MS : null,
    condition: pair,
    limit: pair === null ? 1 : limit,
  };
}

/** A day is its first moment in UTC. */
function timeOf({ receivedAt, answers }: ResponseRecord, question: string | undefined): number | null {
  if (question === undefined) return receivedAt;
  const answer = answerOf(answers, question);
  const time = typeof answer === "string" ? Date.parse(answer.toUpperCase()) : Number.NaN;
  return Number.isNaN(time) ? null : time;
}
