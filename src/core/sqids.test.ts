import Sqids, { defaultOptions } from "sqids";
import { describe, expect, it } from "vitest";
import { decode, encode } from "./sqids";

const ALPHABET = "k3bt8xwqmz5hfvc02dsgr7nyj4p96a1e";
const library = new Sqids({ alphabet: ALPHABET, minLength: 10 });
const plain = new Sqids({ alphabet: ALPHABET, minLength: 10, blocklist: new Set() });

/** Always the same numbers (mulberry32), small ones as often as large ones. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

describe("ids", () => {
  const random = numbers(7);
  const samples = Array.from({ length: 3_000 }, () =>
    Array.from({ length: 1 + Math.floor(random() * 5) }, () => Math.floor(2 ** (random() * 53)) - 1),
  );

  it("are those of the library, to the letter", () => {
    for (const sample of samples) expect(encode(sample)).toBe(library.encode(sample));
  });

  it("avoid the same words, wherever the library does", () => {
    let avoided = 0;
    const words = [...defaultOptions.blocklist].filter((word) =>
      [...word].every((letter) => ALPHABET.includes(letter)),
    );
    const texts = words.flatMap((word) =>
      [...ALPHABET].flatMap((letter) => [`${word}${letter}k3bt8`, `${letter}3bt8x${word}`, `${letter}kb${word}t8x`]),
    );
    for (const text of texts) {
      const numbers = plain.decode(text);
      if (!numbers.every(Number.isSafeInteger) || plain.encode(numbers) !== text) continue;
      expect(encode(numbers)).toBe(library.encode(numbers));
      if (encode(numbers) !== text) avoided += 1;
    }
    expect(avoided).toBeGreaterThan(50);
  });

  it("lead back to their numbers", () => {
    for (const sample of samples) expect(decode(encode(sample), sample.length)).toEqual(sample);
  });

  it("are made of safe integers only", () => {
    for (const bad of [-1, 1.5, 2 ** 53, Number.NaN]) expect(() => encode([0, bad])).toThrow(RangeError);
  });
});

it("what is written otherwise, or is of another length, is no id", () => {
  const id = encode([0, 1, 99]);
  expect(decode(id, 2)).toBeNull();
  expect(decode(id, 4)).toBeNull();
  for (const text of ["", "i", "k", id.toUpperCase(), `${id}k`, id.slice(0, -1), `${id.slice(0, 4)}é`])
    expect(decode(text, 3)).toBeNull();
});
