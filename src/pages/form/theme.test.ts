import fc from "fast-check";
import { expect, it } from "vitest";
import { findAsset } from "./assets";
import { contrast, themeCss } from "./theme";

type Rgb = readonly [number, number, number];
const parse = (hex: string): Rgb => [1, 3, 5].map((i) => Number.parseInt(hex.slice(i, i + 2), 16)) as unknown as Rgb;

/** The colours of a stylesheet by name, light and dark. */
function colorsOf(css: string) {
  const [light = "", dark = ""] = css.split("prefers-color-scheme");
  const read = (text: string) =>
    Object.fromEntries(
      [...text.matchAll(/--([a-z-]+):\s*(#[0-9a-f]{6})/g)].map(([, name, hex]) => [name, parse(hex ?? "")]),
    );
  return { light: read(light), dark: { ...read(light), ...read(dark) } };
}

const own = colorsOf(findAsset("form.css")?.asset.text ?? "");
const at = (colors: Record<string, Rgb>, name: string): Rgb => colors[name] ?? [0, 0, 0];

/** Text on ground, and how much it must differ (WCAG 2.2, 1.4.3 and 1.4.11). */
const PAIRS = [
  ["ink", "paper", 4.5],
  ["ink", "accent-pale", 4.5],
  ["soft", "paper", 4.5],
  ["soft", "raised", 4.5],
  ["accent", "paper", 4.5],
  ["accent", "raised", 4.5],
  ["accent-ink", "accent", 4.5],
  ["wrong", "paper", 4.5],
  ["wrong", "wrong-pale", 4.5],
  ["edge", "paper", 3],
] as const;

it("the page's own colours can be read, light and dark", () => {
  for (const colors of [own.light, own.dark]) {
    for (const [text, ground, least] of PAIRS) {
      expect(contrast(at(colors, text), at(colors, ground)), `${text} on ${ground}`).toBeGreaterThanOrEqual(least);
    }
  }
});

it("any colour of an owner can be read, light and dark", () => {
  const color = fc.integer({ min: 0, max: 0xffffff }).map((n) => `#${n.toString(16).padStart(6, "0")}`);
  fc.assert(
    fc.property(color, (hex) => {
      const themed = colorsOf(themeCss(hex));
      for (const scheme of ["light", "dark"] as const) {
        const colors = { ...own[scheme], ...themed[scheme] };
        for (const [text, ground, least] of PAIRS) {
          expect(contrast(at(colors, text), at(colors, ground)), `${text} on ${ground}`).toBeGreaterThanOrEqual(least);
        }
      }
    }),
  );
});

it("a colour that can be read is left as it is", () => {
  expect(themeCss("#6b2fa0")).toContain("--accent:#6b2fa0;--accent-ink:#ffffff");
  expect(themeCss("#6b2fa0")).toContain("--brand:#6b2fa0");
});
