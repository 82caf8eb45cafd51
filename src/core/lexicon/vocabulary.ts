/** The words of a lexicon, found by how a word of an answer is written or sounds. Pure. */
import { cleanse, fold, isDrawnFrom, isElongated, squeeze } from "./fold";
import { candidateKeys, soundKeys } from "./hear";
import { type Hearing, hearingOf, isHeard, type Script, scriptOf } from "./scripts";

/** A word of the lexicon as an answer may have it; `written`: it is written so, else it only sounds so. */
export interface Heard {
  readonly word: number;
  readonly written: boolean;
}

export interface Vocabulary {
  /** Number of a word in a language; the same for all spellings that fold alike. */
  add(word: string, language: string): number;
  /** All words of the lexicon that a word of an answer may be, each once; those that are written so come first. */
  hear(word: string): readonly Heard[];
}

interface Listed {
  readonly clean: string;
  readonly folded: string;
  readonly script: Script | null;
  readonly language: string;
  /** By hearing, with a space on both sides of each; made when they are first asked for. */
  readonly keys: Partial<Record<Hearing, string>>;
}

/** Words that one is compared with at most: the time for a word of an answer has a bound, whatever the lexicon. */
const CANDIDATES_MAX = 256;
/** Words of answers that are remembered: the same few hundred make up most of any text. */
const REMEMBERED_MAX = 5_000;

/** Lists of words by a key, each with a bound. */
function createIndex() {
  const lists = new Map<string, number[]>();
  return {
    of: (key: string): readonly number[] => lists.get(key) ?? [],
    put(key: string, word: number): void {
      const list = lists.get(key);
      if (!list) lists.set(key, [word]);
      else if (list.length < CANDIDATES_MAX) list.push(word);
    },
  };
}

export function createVocabulary(): Vocabulary {
  const words: Listed[] = [];
  const numbers = new Map<string, number>();
  const [written, squeezed, sounding] = [createIndex(), createIndex(), createIndex()];
  const remembered = new Map<string, readonly Heard[]>();

  function find(text: string): Heard[] {
    const folded = fold(text);
    const found = new Map<number, boolean>();
    for (const no of written.of(folded)) found.set(no, true);
    const drawn = isElongated(folded) ? squeezed.of(squeeze(folded)) : [];
    for (const no of drawn) if (isDrawnFrom(folded, words[no]?.folded ?? "")) found.set(no, true);
    for (const no of soundingLike(cleanse(text))) if (!found.has(no)) found.set(no, false);
    return Array.from(found, ([word, isWritten]) => ({ word, written: isWritten }));
  }

  function* soundingLike(clean: string): Generator<number> {
    const script = scriptOf(clean);
    if (script === null) return;
    const keys = new Map<Hearing, readonly string[]>();
    const candidates = new Set(candidateKeys(clean, script).flatMap((key) => sounding.of(key)));
    for (const no of candidates) {
      const word = words[no];
      if (!word?.script) continue;
      const hearing = hearingOf(word.language, word.script, script);
      if (hearing === null) continue;
      const mine = keys.get(hearing) ?? soundKeys(clean, script, hearing);
      keys.set(hearing, mine);
      word.keys[hearing] ??= ` ${soundKeys(word.clean, word.script, hearing).join(" ")} `;
      const its = word.keys[hearing];
      if (mine.some((key) => its.includes(` ${key} `))) yield no;
    }
  }

  return {
    add(text, language) {
      const folded = fold(text);
      const name = `${language} ${folded}`;
      const known = numbers.get(name);
      if (known !== undefined) return known;
      const clean = cleanse(text);
      const script = scriptOf(clean);
      const no = words.push({ clean, folded, script, language, keys: {} }) - 1;
      numbers.set(name, no);
      written.put(folded, no);
      squeezed.put(squeeze(folded), no);
      if (script && isHeard(language)) for (const key of candidateKeys(clean, script)) sounding.put(key, no);
      return no;
    },
    hear(text) {
      const known = remembered.get(text);
      if (known) return known;
      const found = find(text);
      if (remembered.size >= REMEMBERED_MAX) remembered.clear();
      remembered.set(text, found);
      return found;
    },
  };
}
