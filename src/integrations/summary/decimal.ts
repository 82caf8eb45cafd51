/** Exact decimal numbers, so that sums come out the same in whatever order they are added and taken back. Pure. */

/** digits * 10^exponent. */
export interface Decimal {
  readonly digits: bigint;
  readonly exponent: number;
}

export const ZERO: Decimal = { digits: 0n, exponent: 0 };

/** Decimal digits of a limb. A sum of 2^33 limbs, as many as a segment has responses, is still below 2^53. */
const LIMB_DIGITS = 6;
const LIMB = 10n ** BigInt(LIMB_DIGITS);

const power = (exponent: number): bigint => 10n ** BigInt(exponent);

/** A finite number as it is written: 0.1 is one tenth. */
export function decimalOf(value: number): Decimal {
  const [mantissa = "", exponent = ""] = value.toExponential().split("e");
  const [whole = "", fraction = ""] = mantissa.split(".");
  return { digits: BigInt(whole + fraction), exponent: Number(exponent) - fraction.length };
}

export function add(a: Decimal, b: Decimal): Decimal {
  const exponent = Math.min(a.exponent, b.exponent);
  const digits = a.digits * power(a.exponent - exponent) + b.digits * power(b.exponent - exponent);
  return { digits, exponent };
}

export const times = (a: Decimal, n: bigint): Decimal => ({ ...a, digits: a.digits * n });
export const minus = (a: Decimal, b: Decimal): Decimal => add(a, times(b, -1n));
export const square = (a: Decimal): Decimal => ({ digits: a.digits ** 2n, exponent: 2 * a.exponent });

/** Its size without its sign, as limbs: n * 10^(6 * key) each, with n from 1 to 999,999. */
export function limbsOf({ digits, exponent }: Decimal): [key: number, n: number][] {
  const first = Math.floor(exponent / LIMB_DIGITS);
  const limbs: [number, number][] = [];
  let rest = (digits < 0n ? -digits : digits) * power(exponent - first * LIMB_DIGITS);
  for (let key = first; rest > 0n; key += 1) {
    const n = Number(rest % LIMB);
    if (n > 0) limbs.push([key, n]);
    rest /= LIMB;
  }
  return limbs;
}

/** What limbs come to, or sums of limbs. */
export const fromLimbs = (limbs: Iterable<readonly [key: number, n: number]>): Decimal =>
  [...limbs].map(([key, n]) => ({ digits: BigInt(n), exponent: key * LIMB_DIGITS })).reduce(add, ZERO);

/** To 36 digits. */
export function divide({ digits, exponent }: Decimal, by: bigint): Decimal {
  const shift = Math.max(0, 36 + String(by).length - String(digits).length);
  return { digits: (digits * power(shift)) / by, exponent: exponent - shift };
}

export const toNumber = ({ digits, exponent }: Decimal): number => Number(`${digits}e${exponent}`);

/** The root of what is not below 0. Halves the exponent itself: the square of a number may be too large for one. */
export function squareRoot({ digits, exponent }: Decimal): number {
  if (digits === 0n) return 0;
  const shift = Math.max(0, 42 - String(digits).length);
  const even = shift + ((exponent - shift) & 1);
  const root = wholeRoot(digits * power(even));
  return Number(`${root}e${(exponent - even) / 2}`);
}

/** Newton's method from above: each guess is nearer, until none is. */
function wholeRoot(n: bigint): bigint {
  let root = power(Math.ceil(String(n).length / 2));
  for (;;) {
    const next = (root + n / root) / 2n;
    if (next >= root) return root;
    root = next;
  }
}
