/**
 * Finds the terms of a lexicon in a text, in time linear in its words: a trie of words, walked from each place for as
 * many words as a term may have. Pure.
 */
import type { LexiconTerm } from "./entry";
import { createVocabulary, type Vocabulary } from "./vocabulary";
import { type Word, wordsOf } from "./words";

/** What stands in a text from `start` to `end` (UTF-16 units) is this entry's term or one of its variants. */
export interface Match {
  /** Index of the entry in the lexicon. */
  readonly entry: number;
  readonly start: number;
  readonly end: number;
  /** All of it is written as in the lexicon; false: some of it only sounds so. */
  readonly written: boolean;
}

export interface Matcher {
  /**
   * The terms in a text, from left to right. Of terms that overlap the first counts, of those that begin at one word
   * the longest, and what is written so before what sounds so; what several entries have in common counts for each of
   * them. `accepts`: which entries are looked for at all.
   */
  find(text: string, accepts?: (entry: number) => boolean): Match[];
}

interface Node {
  /** By the number of the next word; most nodes have none. */
  next: Map<number, Node> | null;
  /** Entries with a spelling that ends here. */
  readonly entries: number[];
}

/** A way through the trie so far. */
interface Path {
  readonly node: Node;
  readonly written: boolean;
}

const PATHS_MAX = 32;
const newNode = (): Node => ({ next: null, entries: [] });

/** Makes a lexicon ready for texts: some milliseconds per thousand entries, so do it once. */
export function compileLexicon(lexicon: readonly LexiconTerm[]): Matcher {
  const vocabulary = createVocabulary();
  const root = newNode();
  for (const [entry, { term, variants, language }] of lexicon.entries()) {
    for (const spelling of [term, ...variants]) {
      let node = root;
      for (const { text } of wordsOf(spelling)) {
        const word = vocabulary.add(text, language);
        node.next ??= new Map();
        const next = node.next.get(word) ?? newNode();
        node.next.set(word, next);
        node = next;
      }
      if (node !== root && !node.entries.includes(entry)) node.entries.push(entry);
    }
  }
  return { find: (text, accepts = () => true) => findAll({ root, vocabulary }, [...wordsOf(text)], accepts) };
}

function findAll(
  compiled: { root: Node; vocabulary: Vocabulary },
  words: readonly Word[],
  accepts: (entry: number) => boolean,
): Match[] {
  const all: Match[] = [];
  for (let i = 0; i < words.length; ) {
    const found = findAt(compiled, words, i, accepts);
    all.push(...found.matches);
    i += Math.max(1, found.length);
  }
  return all;
}

/** The longest that begins at word `at`; its length in words, 0: nothing does. */
function findAt(
  { root, vocabulary }: { root: Node; vocabulary: Vocabulary },
  words: readonly Word[],
  at: number,
  accepts: (entry: number) => boolean,
): { matches: Match[]; length: number } {
  let paths: Path[] = [{ node: root, written: true }];
  let best = { matches: [] as Match[], length: 0 };
  for (let i = at; i < words.length; i += 1) {
    const word = words[i];
    if (!word || (i > at && !word.joined)) break;
    paths = step(paths, vocabulary, word.text);
    if (paths.length === 0) break;
    const entries = endsOf(paths, accepts);
    if (entries.size === 0) continue;
    const anyWritten = [...entries.values()].includes(true);
    const kept = [...entries].filter(([, written]) => written === anyWritten);
    const place = { start: words[at]?.start ?? 0, end: word.end };
    best = { matches: kept.map(([entry, written]) => ({ entry, ...place, written })), length: i - at + 1 };
  }
  return best;
}

function step(paths: readonly Path[], vocabulary: Vocabulary, text: string): Path[] {
  const heard = vocabulary.hear(text);
  const further: Path[] = [];
  for (const path of paths) {
    for (const { word, written } of heard) {
      const node = path.node.next?.get(word);
      if (node && further.length < PATHS_MAX) further.push({ node, written: path.written && written });
    }
  }
  return further;
}

/** The accepted entries that end on these paths, and whether one is written so. */
function endsOf(paths: readonly Path[], accepts: (entry: number) => boolean): Map<number, boolean> {
  const entries = new Map<number, boolean>();
  for (const { node, written } of paths) {
    for (const entry of node.entries) if (accepts(entry)) entries.set(entry, written || entries.get(entry) === true);
  }
  return entries;
}
