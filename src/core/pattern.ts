/**
 * Regular expressions that take time in proportion to the text, whatever was typed into pattern or text: JavaScript's
 * own engine goes back and forth, and some patterns keep it busy for ever on some texts. Here a pattern becomes a small
 * machine that looks at each character once (Thompson, CACM 11/6, 1968; R. Cox, "Regular Expression Matching Can Be
 * Simple And Fast"). The syntax is the common part of RE2 and JavaScript, without look-around and back-references.
 * Pure.
 */
import { type Node, parsePattern } from "./pattern-syntax";

/**
 * Characters of a pattern at most, and what its machine may cost: one for each of its places and each item of a class.
 */
export const PATTERN_MAX = 500;
export const PATTERN_COST_MAX = 1_000;

export interface Pattern {
  readonly ok: true;
  /** Steps that one character of a text can take at most. */
  readonly cost: number;
  /** Whether the pattern fits: the text from end to end (`whole`), or some part of it. */
  test(text: string, whole: boolean): boolean;
  /** The same, with the steps that it took. */
  run(text: string, whole: boolean): { readonly fits: boolean; readonly steps: number };
}

/** What is wrong with a pattern, as a sentence with the place. */
export interface BadPattern {
  readonly ok: false;
  readonly detail: string;
}

type State =
  | { readonly type: "take"; readonly test: (code: number) => boolean; readonly cost: number }
  | { readonly type: "split"; readonly to: number[] }
  | { readonly type: "start" | "end" | "done" };

/** Checks a pattern and makes it ready to be tried on many texts. */
export function compilePattern(source: string): Pattern | BadPattern {
  if (source.length > PATTERN_MAX) return { ok: false, detail: `A pattern has at most ${PATTERN_MAX} characters.` };
  const parsed = parsePattern(source);
  if (!parsed.ok) return parsed;
  const states: State[] = [];
  if (!new Builder(states).build(parsed.node)) {
    return { ok: false, detail: "The pattern is too large: make its repetitions or its lists of characters smaller." };
  }
  const run = (text: string, whole: boolean) => runMachine(states, text, whole);
  return { ok: true, cost: costOf(states), run, test: (text, whole) => run(text, whole).fits };
}

const costOf = (states: readonly State[]): number =>
  states.reduce((sum, state) => sum + (state.type === "take" ? state.cost : 1), 0);

/** Lays a pattern out as states; each leads to the next one unless it is a split. */
class Builder {
  #work = 0;
  #cost = 0;

  constructor(readonly states: State[]) {}

  /** False: it is too large. */
  build(node: Node): boolean {
    return this.#add(node) && this.#push({ type: "done" });
  }

  #push(state: State): boolean {
    this.#cost += state.type === "take" ? state.cost : 1;
    this.states.push(state);
    return this.#cost <= PATTERN_COST_MAX;
  }

  #add(node: Node): boolean {
    // Repetitions of nothing build no state: what was done is bounded too, not only what came of it.
    this.#work += 1;
    if (this.#work > 10 * PATTERN_COST_MAX) return false;
    if (node.type === "sequence") return node.parts.every((part) => this.#add(part));
    if (node.type === "choice") return this.#addChoice(node.options);
    if (node.type === "repeat") return this.#addRepeat(node);
    return this.#push(node);
  }

  #addChoice(options: readonly Node[]): boolean {
    const ends: number[][] = [];
    for (const [i, option] of options.entries()) {
      const last = i === options.length - 1;
      const to = [this.states.length + 1];
      if (!last && !this.#push({ type: "split", to })) return false;
      if (!this.#add(option)) return false;
      if (last) continue;
      const end: number[] = [];
      ends.push(end);
      if (!this.#push({ type: "split", to: end })) return false;
      to.push(this.states.length);
    }
    for (const end of ends) end.push(this.states.length);
    return true;
  }

  #addRepeat({ node, min, max }: Extract<Node, { type: "repeat" }>): boolean {
    for (let i = 0; i < min; i += 1) if (!this.#add(node)) return false;
    if (max === null) return this.#addLoop(node);
    for (let i = min; i < max; i += 1) {
      const to = [this.states.length + 1];
      if (!this.#push({ type: "split", to }) || !this.#add(node)) return false;
      to.push(this.states.length);
    }
    return true;
  }

  #addLoop(node: Node): boolean {
    const start = this.states.length;
    const to = [start + 1];
    if (!this.#push({ type: "split", to }) || !this.#add(node)) return false;
    const ok = this.#push({ type: "split", to: [start] });
    to.push(this.states.length);
    return ok;
  }
}

/** Where the machine may be after each character: a state is there once, however many ways lead to it. */
function runMachine(states: readonly State[], text: string, whole: boolean): { fits: boolean; steps: number } {
  const seenAt = new Int32Array(states.length).fill(-1);
  let steps = 0;
  let here: number[] = [];
  let done = false;
  const enter = (first: number, at: number, into: number[]): void => {
    const open = [first];
    for (let state = open.pop(); state !== undefined; state = open.pop()) {
      if (seenAt[state] === at) continue;
      seenAt[state] = at;
      steps += 1;
      const it = states[state];
      if (it?.type === "take") into.push(state);
      else if (it?.type === "split") open.push(...it.to);
      else if (it?.type === "done") done ||= !whole || at === text.length;
      else if (it?.type === "start" ? at === 0 : at === text.length) open.push(state + 1);
    }
  };
  enter(0, 0, here);
  for (let at = 0; at < text.length && !done; ) {
    const code = text.codePointAt(at) ?? 0;
    at += code > 0xffff ? 2 : 1;
    const next: number[] = [];
    for (const state of here) {
      const it = states[state];
      if (it?.type !== "take") continue;
      steps += it.cost;
      if (it.test(code)) enter(state + 1, at, next);
    }
    if (!whole) enter(0, at, next);
    else if (next.length === 0 && !done) break;
    here = next;
  }
  return { fits: done, steps };
}
