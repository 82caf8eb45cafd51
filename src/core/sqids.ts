/**
 * Sqids (https://sqids.org, the algorithm of its version 0.3): numbers as short opaque texts. Written anew because the
 * library shuffles its alphabet and looks through a list of words for each id, which was a tenth of a submission's own
 * CPU; the ids are the same. Pure.
 */

const ALPHABET = shuffle("k3bt8xwqmz5hfvc02dsgr7nyj4p96a1e");
const SIZE = ALPHABET.length;
const LENGTH_MIN = 10;

// The library's list of words that no id may show, as far as our alphabet can write them: anywhere in it, or, of those
// that are written with digits, at its start or its end. Nothing may leave or join these lists: ids that were given out
// would change.
const ANYWHERE = `
  aand arsch arse caca cacca cacete cagante cagar cagna cazzata chatte cracker crap damn depp dyke enema haramzade
  jerk merda merde neger negre patakha rape retard sacanagem sbattere schwanz sexy tapette tette twat verdammt
  verga wank xana`;
const AT_THE_ENDS = `
  0rgasm 1d10t 1mbec11e ah01e ana1 ana1e arrapat0 b00b b00be b01ata b0ceta b0sta b1tch b1te b1tte ba1atkar
  bastard0 batt0na bran1age bran1er bran1ette c0ck c0g110ne c0na c0nnard c0nnasse c0nne c11t c11t0 cabr0n cabra0
  cara1h0 cazz0 cazz1mma ch00t1a ch00t1ya ch0d ch1asse ch1avata ch1er ch1ng0 ch1ngadaz0s ch1ngader1ta ch1ngar
  ch1nk d11d0 d1ck de1ch enf01re etr0n f0da f0der f0ttere f0tters1 f0tze f1ca f1cker f1ga fr0c10 fr0sc10 gr0gnasse
  haram1 j1zz k1ke kam1ne m1erda m1gn0tta m1nch1a m1st mam0n merd0s0 n1gger negr0 nerch1a p00p p011a p0mp1n0 p0rca
  p0rn p0rra p1p1 p1r1a p1sc10 p1sser pa11e pane1e1r0 pec0r1na pen1s pendej0 pr1ck r0mp1ba11e rand1 recch10ne
  sa10pe sb0rr0ne sb0rra sbatters1 sc0pare sc0pata sch1ampe sche1se sche1sse schwachs1nn1g sh1t sp0mp1nare str0nz0
  str0nza t0pa test1c1e tr01a tr0mbare tr1ng1er vag1na w1chsen x0ch0ta z0cc01a z1z1`;
const anyOf = (words: string): string => words.trim().split(/\s+/).join("|");
const BLOCKED = new RegExp(`${anyOf(ANYWHERE)}|^(?:${anyOf(AT_THE_ENDS)})|(?:${anyOf(AT_THE_ENDS)})$`);

/**
 * The alphabets that follow one another in an id, by where it begins in ours. Made when they are first wanted, a few
 * for each of 32.
 */
const chains = Array.from({ length: SIZE }, (_, offset) => [
  reverse(ALPHABET.slice(offset) + ALPHABET.slice(0, offset)),
]);

function alphabetAt(offset: number, step: number): string {
  const chain = chains[offset] as string[];
  for (let made = chain.length; made <= step; made += 1) chain.push(shuffle(chain[made - 1] as string));
  return chain[step] as string;
}

/** The text of these numbers: safe integers from 0. Throws a RangeError for others. */
export function encode(numbers: readonly number[]): string {
  if (!numbers.every((n) => Number.isSafeInteger(n) && n >= 0)) throw new RangeError("an id is made of safe integers");
  let start = numbers.length;
  for (let i = 0; i < numbers.length; i += 1) start += ALPHABET.charCodeAt((numbers[i] as number) % SIZE) + i;
  for (let tries = 0; tries <= SIZE; tries += 1) {
    const id = write(numbers, (start + tries) % SIZE);
    if (!BLOCKED.test(id)) return id;
  }
  throw new RangeError("every id of these numbers shows a word that is blocked");
}

function write(numbers: readonly number[], offset: number): string {
  let id = ALPHABET.charAt(offset);
  for (let i = 0; i < numbers.length; i += 1) {
    const alphabet = alphabetAt(offset, i);
    if (i > 0) id += alphabetAt(offset, i - 1).charAt(0);
    id += digitsOf(numbers[i] as number, alphabet);
  }
  let step = numbers.length - 1;
  if (id.length < LENGTH_MIN) id += alphabetAt(offset, step).charAt(0);
  while (id.length < LENGTH_MIN) id += alphabetAt(offset, ++step).slice(0, LENGTH_MIN - id.length);
  return id;
}

/** The numbers of a text, if they are `length` and this is how they are written; null for any other text. */
export function decode(id: string, length: number): number[] | null {
  const offset = ALPHABET.indexOf(id.charAt(0));
  if (id === "" || offset < 0) return null;
  const numbers: number[] = [];
  let rest = id.slice(1);
  while (numbers.length < length) {
    const alphabet = alphabetAt(offset, numbers.length);
    const end = rest.indexOf(alphabet.charAt(0));
    const number = numberOf(end < 0 ? rest : rest.slice(0, end), alphabet);
    // Made-up texts decode to numbers that are none of ours.
    if (number === null) return null;
    numbers.push(number);
    if (end < 0) break;
    rest = rest.slice(end + 1);
  }
  // Several spellings decode to the same numbers; only the canonical one is an id.
  return numbers.length === length && encode(numbers) === id ? numbers : null;
}

/** In an alphabet the first letter separates numbers, the others are digits. */
function digitsOf(number: number, alphabet: string): string {
  const base = SIZE - 1;
  let digits = "";
  let rest = number;
  do {
    digits = alphabet.charAt(1 + (rest % base)) + digits;
    rest = Math.floor(rest / base);
  } while (rest > 0);
  return digits;
}

function numberOf(digits: string, alphabet: string): number | null {
  let number = 0;
  for (const digit of digits) number = number * (SIZE - 1) + alphabet.indexOf(digit) - 1;
  return digits !== "" && Number.isSafeInteger(number) && number >= 0 ? number : null;
}

function reverse(text: string): string {
  return [...text].reverse().join("");
}

function shuffle(alphabet: string): string {
  const letters = [...alphabet];
  for (let i = 0, j = letters.length - 1; j > 0; i += 1, j -= 1) {
    const [one, other] = [letters[i] as string, letters[j] as string];
    const at = (i * j + one.charCodeAt(0) + other.charCodeAt(0)) % letters.length;
    [letters[i], letters[at]] = [letters[at] as string, one];
  }
  return letters.join("");
}
