/**
 * Keys of sounds: words with a key in common sound alike, at a hearing as close as told (scripts.ts). A key is for
 * comparing and says nothing to people. Pure.
 */
import { squeeze } from "./fold";
import type { Hearing, Script } from "./scripts";
import { type Reading, read } from "./sounds";

/** Readings of one word at most: one that leaves more open keeps the first of them. */
const READINGS_MAX = 16;
/** Shorter ones say too little: half of all languages has a word that sounds like `da`. */
const KEY_MIN = 3;

function expand(reading: Reading): string[] {
  let all = [""];
  for (const sounds of reading) {
    all = sounds.length === 1 ? all.map((s) => s + sounds[0]) : all.flatMap((s) => sounds.map((sound) => s + sound));
    if (all.length > READINGS_MAX) all.length = READINGS_MAX;
  }
  return all;
}

/** What nobody hears: doubled consonants before another sound (final ones are English: mall), n before b, y after i. */
const settle = (sounds: string): string =>
  sounds
    .replace(/([^aeiou])\1(?=.)/g, "$1")
    .replace(/k(?=K)|g(?=G)|j(?=J)|t(?=T)|d(?=D)|b(?=B)/g, "")
    .replace(/n(?=[pbB])/g, "m")
    .replace(/(?<=i)y(?=[aeou])/g, "");

const LENGTHS: Readonly<Record<string, string>> = { ā: "a", ă: "a", ī: "i", ĭ: "i", ū: "u", ŭ: "u" };

/**
 * Without lengths of vowels, and without an a between consonants after the first vowel: whether it is spoken (ladaka,
 * ladka) is a rule of each language, and writers of Latin letters follow their ear.
 */
function loosen(sounds: string): string {
  const settled = settle(sounds.replace(/[āăīĭūŭ]/g, (vowel) => LENGTHS[vowel] ?? vowel));
  const first = settled.search(/[aeiou]/) + 1;
  return settle(settled.slice(0, first) + settled.slice(first).replace(/(?<=[^aeiou])a(?=[^aeiou])/g, ""));
}

const VOICELESS: Readonly<Record<string, string>> = { g: "k", d: "t", b: "p", j: "c", s: "c", S: "c", f: "p" };
const unbreathe = (sounds: string) =>
  sounds.replace(/[KGJTDBZ]/g, (sound) => (sound === "Z" ? "l" : sound.toLowerCase()));

const WRITTEN: Readonly<Record<string, string>> = { v: "w", Z: "j" };

/** The written vowels of Arabic script in the place of spoken ones; where Latin letters leave the length open, both. */
function unvowel(sounds: string): Reading {
  const last = sounds.length - 1;
  return Array.from(sounds, (sound, i) => {
    const long = /[aāă]/.test(sound) ? "A" : /[iīĭe]/.test(sound) ? "y" : /[uūŭo]/.test(sound) ? "w" : null;
    if (long === null) return [WRITTEN[sound] ?? sound];
    if (i === 0) return [/[īe]/.test(sound) ? "Ay" : /[ūo]/.test(sound) ? "Aw" : "A"];
    const inHiatus = /[aeiouāăīĭūŭ]/.test(sounds[i - 1] ?? "");
    if (i === last || inHiatus || /[āīūeo]/.test(sound)) return [long];
    return /[ăĭŭ]/.test(sound) ? [""] : ["", long];
  });
}

/** A short key without any vowel is kept where only an a may have been between: m-s-t is mast, and not must. */
const saysEnough = (key: string, sounds: string) => key.length > 3 || /[Ayw]/.test(key) || !/[iueo]/.test(sounds);

function abjadKeys(sounds: readonly string[], script: Script): string[] {
  if (script === "Arabic") return sounds.map(settle);
  return sounds.flatMap((one) => expand(unvowel(settle(one))).filter((key) => saysEnough(key, one)));
}

/**
 * Keys by which words that may sound alike at any hearing are found, few of them for each word: all that have a sound
 * key in common have one of these in common, and some others too.
 */
export function candidateKeys(word: string, script: Script): string[] {
  const sounds = expand(read(word, script));
  // Settled before the vowels go as well: a word is heard with them, and without them other consonants meet.
  const consonants = sounds.map((one) =>
    settle(one)
      .replace(/[^A-Za-z]|[aeiouyvwA]/g, "")
      .replaceAll("Z", "j"),
  );
  const bare = consonants.map((one) => squeeze(settle(one)));
  const coarse = script === "Arabic" ? [] : sounds.map((one) => keyOf(one, "tamil"));
  return [...new Set([...bare.map((key) => `-${key}`), ...coarse])];
}

/** The keys of a word that went through `cleanse`, at a hearing; none: it is too short. */
export function soundKeys(word: string, script: Script, hearing: Hearing): string[] {
  const sounds = expand(read(word, script));
  const keys = hearing === "abjad" ? abjadKeys(sounds, script) : sounds.map((one) => keyOf(one, hearing));
  return [...new Set(keys.filter((key) => key.length >= KEY_MIN))];
}

function keyOf(sounds: string, hearing: Exclude<Hearing, "abjad">): string {
  if (hearing === "north") return loosen(sounds);
  const plain = unbreathe(sounds);
  return loosen(hearing === "south" ? plain : plain.replace(/[gdbjsSf]/g, (sound) => VOICELESS[sound] ?? sound));
}
