/**
 * Looks through the tree of an expression: what it names, what it costs, and what is refused in it although CEL knows
 * it, because it is not bounded. Called by core/expression.ts only.
 */
import { findPattern, MATCH_TEXT_MAX } from "./expression-names";

/** Steps that patterns may take for one response at most: those of an expression, and those of a form together. */
export const MATCH_STEPS_MAX = 10_000_000;

/** Methods that are not available, with what to do instead. */
const REFUSED: Readonly<Record<string, string>> = {
  // Chained, these double their value with every step.
  map: "map() is not available; use exists() or all().",
  bind: "cel.bind() is not available; write the expression out.",
  // They make long lists out of long answers.
  split: "split() is not available; use contains().",
  json: "json() is not available.",
};
const LOOPS = new Set(["exists", "exists_one", "all", "filter"]);

interface Walk {
  readonly names: Set<string>;
  /** Names that are compared with something, so that null would be taken for an answer that is another one. */
  readonly compared: Set<string>;
  /** Names that are compared with null: the expression says itself what holds without them. */
  readonly comparedWithNull: Set<string>;
  nodes: number;
  matchSteps: number;
  /** Why the expression is refused although CEL knows it. */
  refused: string | null;
}

/** Looks at every node of the tree, whatever `||` would skip: what it names, what it costs, what is not allowed. */
export function walkTree(root: unknown, taken: ReadonlySet<string>): Walk {
  const sets = { names: new Set<string>(), compared: new Set<string>(), comparedWithNull: new Set<string>() };
  const walk: Walk = { ...sets, nodes: 0, matchSteps: 0, refused: null };
  visit(root, walk, { taken, inLoop: false });
  return walk;
}

interface Scope {
  readonly taken: ReadonlySet<string>;
  readonly inLoop: boolean;
}

function visit(node: unknown, walk: Walk, scope: Scope): void {
  if (Array.isArray(node)) for (const child of node) visit(child, walk, scope);
  if (!isNode(node)) return;
  const { op, args } = node;
  walk.nodes += 1;
  if (op === "id" && typeof args === "string") {
    walk.names.add(args);
    if (scope.taken.has(args)) {
      walk.refused ??= `${args} is a word of the expression language: a question with this ref can't be used in expressions.`;
    }
  }
  if ((op === "==" || op === "!=" || op === "in") && Array.isArray(args)) visitComparison(op, args, walk);
  const called = (op === "call" || op === "rcall") && Array.isArray(args) ? String(args[0]) : "";
  if (Object.hasOwn(REFUSED, called)) walk.refused ??= REFUSED[called] ?? null;
  if (called === "matches") visitMatch(op, args, walk, scope);
  const loops = LOOPS.has(called);
  if (loops && scope.inLoop) walk.refused ??= `${called}() can't stand inside another exists(), all() or filter().`;
  visit(args, walk, loops ? { ...scope, inLoop: true } : scope);
}

/** Only these operators take null like any other value; everything else can't be computed with it. */
function visitComparison(op: string, [left, right]: readonly unknown[], walk: Walk): void {
  const found = isNull(left) || isNull(right) ? walk.comparedWithNull : walk.compared;
  for (const side of op === "in" ? [left] : [left, right]) for (const name of valuesOf(side)) found.add(name);
}

const isNode = (node: unknown): node is { readonly op: unknown; readonly args: unknown } =>
  typeof node === "object" && node !== null && "op" in node && "args" in node;
const isNull = (node: unknown): boolean => isNode(node) && node.op === "value" && node.args === null;

/** The names whose value a node may have as it is. */
function valuesOf(node: unknown): string[] {
  if (!isNode(node)) return [];
  if (node.op === "id" && typeof node.args === "string") return [node.args];
  return node.op === "?:" && Array.isArray(node.args) ? node.args.slice(1).flatMap(valuesOf) : [];
}

/** A pattern must stand in the expression itself: one that was typed as an answer could be anything. */
function visitMatch(op: unknown, args: unknown, walk: Walk, scope: Scope): void {
  const literal: unknown = op === "call" && Array.isArray(args) ? args[1]?.[1] : undefined;
  const source = isNode(literal) && literal.op === "value" && typeof literal.args === "string" ? literal.args : null;
  if (op !== "call" || source === null) {
    walk.refused ??= 'matches() takes a text and a pattern in quotes: matches(name, "^[A-Z]+$").';
  } else if (scope.inLoop) {
    walk.refused ??= "matches() can't stand inside exists(), all() or filter().";
  } else {
    const pattern = findPattern(source);
    if (!pattern.ok) walk.refused ??= pattern.detail;
    else walk.matchSteps += pattern.cost * MATCH_TEXT_MAX;
    if (walk.matchSteps > MATCH_STEPS_MAX) walk.refused ??= "The patterns of this expression are too large together.";
  }
}
