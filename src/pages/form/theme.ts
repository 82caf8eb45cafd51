/**
 * The colours of a form as a stylesheet: from the one colour of its owner, a lighter or darker one that can be read on
 * the paper of each scheme (WCAG 2.2, 1.4.3: 4.5 to 1), with ink that can be read on it. Pure. Used by assets.ts.
 */

type Rgb = readonly [red: number, green: number, blue: number];

/** As in style.css; the least kind of what a text in the colour stands on. */
const SCHEMES = {
  light: { paper: [255, 255, 255], against: [241, 244, 243], towards: [0, 0, 0] },
  dark: { paper: [24, 32, 30], against: [31, 41, 39], towards: [255, 255, 255] },
} as const satisfies Record<string, { paper: Rgb; against: Rgb; towards: Rgb }>;

const CONTRAST_MIN = 4.5;
const STEPS = 40;
/** How much of the colour is in the ground of what is picked. */
const PALE = 0.12;

const WHITE: Rgb = [255, 255, 255];
const BLACK: Rgb = [0, 0, 0];

/** What a colour `#rrggbb` changes in the stylesheet, light and dark. */
export function themeCss(color: string): string {
  const brand = parse(color);
  const rules = { light: rule(brand, SCHEMES.light), dark: rule(brand, SCHEMES.dark) };
  return `:root{--brand:${hex(brand)};${rules.light}}@media (prefers-color-scheme:dark){:root{${rules.dark}}}`;
}

function rule(brand: Rgb, { paper, against, towards }: (typeof SCHEMES)[keyof typeof SCHEMES]): string {
  const accent = legible(brand, against, towards);
  const ink = contrast(accent, WHITE) >= contrast(accent, BLACK) ? WHITE : BLACK;
  return `--accent:${hex(accent)};--accent-ink:${hex(ink)};--accent-pale:${hex(mix(paper, accent, PALE))}`;
}

/** The colour itself if it can be read, else the nearest to it on the way to black or white that can. */
function legible(color: Rgb, against: Rgb, towards: Rgb): Rgb {
  for (let step = 0; step < STEPS; step += 1) {
    const tried = mix(color, towards, step / STEPS);
    if (contrast(tried, against) >= CONTRAST_MIN) return tried;
  }
  return towards;
}

const parse = (color: string): Rgb => {
  const at = (i: number) => Number.parseInt(color.slice(i, i + 2), 16);
  return [at(1), at(3), at(5)];
};
const hex = (color: Rgb): string => `#${color.map((part) => part.toString(16).padStart(2, "0")).join("")}`;

const between = (a: number, b: number, share: number) => Math.round(a + (b - a) * share);
const mix = (a: Rgb, b: Rgb, share: number): Rgb => [
  between(a[0], b[0], share),
  between(a[1], b[1], share),
  between(a[2], b[2], share),
];

/** Relative luminance (WCAG 2.2, "Definitions"). */
function luminance(color: Rgb): number {
  const [red = 0, green = 0, blue = 0] = color.map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** The contrast of two colours, from 1 to 21. */
export function contrast(a: Rgb, b: Rgb): number {
  const [x, y] = [luminance(a), luminance(b)];
  return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
}
