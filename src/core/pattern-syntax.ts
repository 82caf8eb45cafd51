/**
 * Reads a regular expression: the syntax that core/pattern.ts can run in linear time. What it can't (look-around,
 * back-references) is refused with the place and what to do. Called by core/pattern.ts only.
 */

/** Takes one character: `test` gets its code point; `cost` is one and one for each item of a class. */
interface Take {
  readonly type: "take";
  readonly test: (code: number) => boolean;
  readonly cost: number;
}

export type Node =
  | Take
  | { readonly type: "start" | "end" }
  | { readonly type: "sequence"; readonly parts: readonly Node[] }
  | { readonly type: "choice"; readonly options: readonly Node[] }
  | { readonly type: "repeat"; readonly node: Node; readonly min: number; readonly max: number | null };

export type Parsed = { readonly ok: true; readonly node: Node } | { readonly ok: false; readonly detail: string };

const REPEAT_MAX = 200;

/** Thrown inside this file only. */
class Mistake extends Error {
  constructor(
    message: string,
    readonly at: number,
  ) {
    super(message);
  }
}

/** The tree of a pattern, or what is wrong with it and where. */
export function parsePattern(source: string): Parsed {
  const reader = new Reader(source);
  try {
    const node = reader.choice();
    if (!reader.atEnd()) throw new Mistake("this ) closes nothing; write \\)", reader.at);
    return { ok: true, node };
  } catch (error) {
    if (!(error instanceof Mistake)) throw error;
    return { ok: false, detail: `At character ${error.at + 1} of the pattern: ${error.message}.` };
  }
}

const range = (from: number, to: number) => (code: number) => code >= from && code <= to;
const isDigit = range(48, 57);
const isWord = (code: number) => isDigit(code) || range(65, 90)(code) || range(97, 122)(code) || code === 95;
const isSpace = (code: number) => code === 32 || (code >= 9 && code <= 13) || code === 0xa0 || code === 0xfeff;
const not = (test: (code: number) => boolean) => (code: number) => !test(code);
const take = (test: (code: number) => boolean, cost = 1): Take => ({ type: "take", test, cost });

const CLASSES: Readonly<Record<string, (code: number) => boolean>> = {
  d: isDigit,
  D: not(isDigit),
  w: isWord,
  W: not(isWord),
  s: isSpace,
  S: not(isSpace),
};
const CONTROLS: Readonly<Record<string, number>> = { n: 10, r: 13, t: 9, f: 12, v: 11 };

class Reader {
  at = 0;

  constructor(readonly source: string) {}

  atEnd = () => this.at >= this.source.length;

  #next(): string {
    const code = this.source.codePointAt(this.at);
    const character = code === undefined ? "" : String.fromCodePoint(code);
    this.at += character.length;
    return character;
  }

  #peek = (text: string) => this.source.startsWith(text, this.at);

  #skip(text: string): boolean {
    const found = this.#peek(text);
    if (found) this.at += text.length;
    return found;
  }

  choice(): Node {
    const options = [this.#sequence()];
    while (this.#skip("|")) options.push(this.#sequence());
    return options.length === 1 && options[0] ? options[0] : { type: "choice", options };
  }

  #sequence(): Node {
    const parts: Node[] = [];
    while (!this.atEnd() && !this.#peek("|") && !this.#peek(")")) parts.push(this.#repeated());
    return { type: "sequence", parts };
  }

  #repeated(): Node {
    const from = this.at;
    const node = this.#atom();
    const bounds = this.#bounds();
    if (!bounds) return node;
    if (node.type === "start" || node.type === "end") throw new Mistake("there is nothing to repeat", from);
    this.#skip("?"); // lazy or not makes no difference to whether it fits
    const again = this.at;
    if (this.#bounds()) throw new Mistake("one repetition stands after another; use a group (?: )", again);
    return { type: "repeat", node, ...bounds };
  }

  #bounds(): { min: number; max: number | null } | null {
    if (this.#skip("*")) return { min: 0, max: null };
    if (this.#skip("+")) return { min: 1, max: null };
    if (this.#skip("?")) return { min: 0, max: 1 };
    if (!this.#peek("{")) return null;
    const [all, low, comma, high] = /^\{(\d{1,4})(,?)(\d{0,4})\}/.exec(this.source.slice(this.at, this.at + 12)) ?? [];
    if (all === undefined || (comma === "" && high !== ""))
      throw new Mistake("write {2}, {2,} or {2,5}, or \\{", this.at);
    const min = Number(low);
    const max = comma === "" ? min : high === "" ? null : Number(high);
    if (Math.max(min, max ?? 0) > REPEAT_MAX) throw new Mistake(`repeat at most ${REPEAT_MAX} times`, this.at);
    if (max !== null && max < min) throw new Mistake("the second number is below the first", this.at);
    this.at += all.length;
    return { min, max };
  }

  #atom(): Node {
    const from = this.at;
    const character = this.#next();
    if (character === "(") return this.#group(from);
    if (character === "[") return this.#list(from);
    if (character === "^") return { type: "start" };
    if (character === "$") return { type: "end" };
    if (character === ".") return take((code) => code !== 10 && code !== 13 && code !== 0x2028 && code !== 0x2029);
    if (character === "\\") return take(this.#escape(from));
    if ("*+?".includes(character)) throw new Mistake(`there is nothing to repeat; write \\${character}`, from);
    if ("{}]".includes(character)) throw new Mistake(`write \\${character}`, from);
    const code = character.codePointAt(0);
    return take((other) => other === code);
  }

  #group(from: number): Node {
    if (this.#peek("?") && !this.#skip("?:")) {
      throw new Mistake("look-ahead, look-behind and named groups are not available; use ( ) or (?: )", from);
    }
    const node = this.choice();
    if (!this.#skip(")")) throw new Mistake("this ( is never closed", from);
    return node;
  }

  /** What stands after a backslash. */
  #escape(from: number): (code: number) => boolean {
    const character = this.#next();
    const known = Object.hasOwn(CLASSES, character) ? CLASSES[character] : undefined;
    if (known) return known;
    if (character === "p" || character === "P") return this.#property(from, character === "P");
    const code = this.#escaped(character, from);
    return (other) => other === code;
  }

  #escaped(character: string, from: number): number {
    const control = Object.hasOwn(CONTROLS, character) ? CONTROLS[character] : undefined;
    if (control !== undefined) return control;
    if (character === "") throw new Mistake("a pattern can't end with \\", from);
    if (character >= "1" && character <= "9") throw new Mistake("back-references are not available", from);
    if (/[A-Za-z0-9]/.test(character)) throw new Mistake(`\\${character} is not available`, from);
    return character.codePointAt(0) ?? 0;
  }

  /** `\p{L}`: JavaScript's tables, asked about one character at a time. */
  #property(from: number, negated: boolean): (code: number) => boolean {
    const [all] = /^\{[A-Za-z_]{1,40}(?:=[A-Za-z_]{1,40})?\}/.exec(this.source.slice(this.at, this.at + 90)) ?? [];
    if (all === undefined) throw new Mistake("write a property of Unicode as \\p{L} or \\p{Script=Devanagari}", from);
    this.at += all.length;
    let one: RegExp;
    try {
      one = new RegExp(`^\\p${all}$`, "u");
    } catch {
      throw new Mistake(`Unicode has no property ${all}`, from);
    }
    const has = (code: number) => one.test(String.fromCodePoint(code));
    return negated ? not(has) : has;
  }

  #list(from: number): Node {
    const negated = this.#skip("^");
    const tests: ((code: number) => boolean)[] = [];
    while (!this.#skip("]")) {
      if (this.atEnd()) throw new Mistake("this [ is never closed", from);
      if (this.#peek("[")) throw new Mistake("write \\[ inside of [ ]", this.at);
      tests.push(this.#item());
    }
    const any = (code: number) => tests.some((test) => test(code));
    return take(negated ? not(any) : any, 1 + tests.length);
  }

  #item(): (code: number) => boolean {
    const from = this.at;
    const low = this.#end();
    if (typeof low === "function") return low;
    if (!this.#peek("-") || this.source[this.at + 1] === "]") return (code) => code === low;
    this.at += 1;
    const high = this.#end();
    if (typeof high === "function" || high < low)
      throw new Mistake("this range has no order; write \\- for a dash", from);
    return range(low, high);
  }

  /** One end of a range, or a whole class. */
  #end(): number | ((code: number) => boolean) {
    const from = this.at;
    const character = this.#next();
    if (character !== "\\") return character.codePointAt(0) ?? 0;
    if (/^[dDwWsSpP]/.test(this.source.slice(this.at))) return this.#escape(from);
    return this.#escaped(this.#next(), from);
  }
}
