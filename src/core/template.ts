/**
 * Texts with answers in them: `Thanks {{name}}, receipt {{response_id}}`. Between braces stands the ref of a question
 * (shown as people read it, labels of choices included), the name of something about the response, or an expression in
 * CEL. What is missing is shown as nothing. Pure; called by kinds that send texts.
 */
import { displayAnswer } from "./answer";
import { compileExpression, type Expression } from "./expression";
import type { Definition } from "./form";
import type { Metadata } from "./metadata";
import type { Answers } from "./response";

/** Characters of a template at most. */
export const TEMPLATE_MAX = 5_000;
/** Names that every template may use beside the questions' refs. A question of that ref goes first. */
export const TEMPLATE_EXTRAS = ["response_id", "form_title"] as const;
export type TemplateExtras = Readonly<Record<(typeof TEMPLATE_EXTRAS)[number], string>>;

export interface Template {
  readonly ok: true;
  /** The text. `definition`: the version that the response answers, for the labels of its choices. Never throws. */
  render(response: Answered, definition: Definition, extras: TemplateExtras): string;
}

interface Answered {
  readonly answers: Answers;
  readonly metadata?: Metadata;
}

/** What is wrong with a template, as a sentence with the place. */
export interface BadTemplate {
  readonly ok: false;
  readonly detail: string;
}

type Part = (response: Answered, definition: Definition, extras: TemplateExtras) => string;

/** Checks a template against the questions that it may name, and makes it ready to be rendered many times. */
export function compileTemplate(body: string, definition: Definition): Template | BadTemplate {
  if (body.length > TEMPLATE_MAX) return { ok: false, detail: `A template has at most ${TEMPLATE_MAX} characters.` };
  const parts: Part[] = [];
  let at = 0;
  while (at < body.length) {
    const open = body.indexOf("{{", at);
    const text = body.slice(at, open === -1 ? undefined : open);
    const stray = text.indexOf("}}");
    if (stray !== -1) return bad(at + stray, "}} closes nothing");
    if (text !== "") parts.push(() => text);
    if (open === -1) break;
    const close = findClose(body, open + 2);
    if (close === -1) return bad(open, "{{ is never closed by }}");
    const source = body.slice(open + 2, close).trim();
    if (source === "") return bad(open, "there is nothing between {{ and }}");
    const part = compilePart(source, definition);
    if (!part.ok) return bad(open, `{{${shorten(source)}}}: ${part.detail}`);
    parts.push(part.render);
    at = close + 2;
  }
  return { ok: true, render: (...given) => parts.map((part) => part(...given)).join("") };
}

const bad = (at: number, detail: string): BadTemplate => ({ ok: false, detail: `At character ${at + 1}: ${detail}` });
const shorten = (source: string) => (source.length > 60 ? `${source.slice(0, 60)}…` : source);

/** The `}}` that ends an expression: the first one outside of its quoted texts; -1 when there is none. */
function findClose(body: string, from: number): number {
  let quote = "";
  for (let i = from; i < body.length; i += 1) {
    const character = body[i];
    if (quote !== "") {
      if (character === "\\") i += 1;
      else if (character === quote) quote = "";
    } else if (character === '"' || character === "'") quote = character;
    else if (body.startsWith("}}", i)) return i;
  }
  return -1;
}

function compilePart(source: string, definition: Definition): { ok: true; render: Part } | BadTemplate {
  if (definition.questions.some((question) => question.ref === source)) {
    return { ok: true, render: showAnswer(source, definition) };
  }
  const extra = TEMPLATE_EXTRAS.find((name) => name === source);
  if (extra) return { ok: true, render: (_response, _definition, extras) => extras[extra] };
  const expression = compileExpression(source, definition);
  return expression.ok ? { ok: true, render: showValue(expression) } : expression;
}

function showAnswer(ref: string, compiledFor: Definition): Part {
  const find = (definition: Definition) => definition.questions.find((question) => question.ref === ref);
  return ({ answers }, definition) => {
    const question = find(definition) ?? find(compiledFor);
    const answer = Object.hasOwn(answers, ref) ? answers[ref] : undefined;
    return question && answer !== undefined ? displayAnswer(question, answer) : "";
  };
}

function showValue(expression: Expression): Part {
  return ({ answers, metadata }) => {
    try {
      return show(expression.evaluate(answers, metadata));
    } catch {
      return ""; // it needs an answer that is missing
    }
  };
}

function show(value: unknown): string {
  if (typeof value === "boolean") return value ? "Yes" : "No";
  if (typeof value === "string" || typeof value === "number" || typeof value === "bigint") return String(value);
  if (Array.isArray(value)) return value.map(show).join(", ");
  return value instanceof Date ? value.toISOString() : "";
}
