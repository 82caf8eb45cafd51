/**
 * The colours of the pages that are not of a form's own theme: the console, and what the emulators show. As CSS, light
 * and dark by the reader's setting; they meet WCAG 2.2 AA (4.5 to 1 for text, 3 to 1 for edges of inputs).
 */
export const LOOK = `:root {
  color-scheme: light dark;
  --ground: light-dark(#f4f6f5, #0f1413);
  --paper: light-dark(#ffffff, #171e1c);
  --raised: light-dark(#f6f8f7, #1e2725);
  --ink: light-dark(#17211f, #e6edeb);
  --soft: light-dark(#55625f, #a3b1ad);
  --edge: light-dark(#7b8a86, #74837f);
  --line: light-dark(#e1e7e5, #2a3533);
  --accent: light-dark(#0b6b5d, #5fd0bb);
  --accent-ink: light-dark(#ffffff, #06231e);
  --accent-pale: light-dark(#e4f3f0, #15332d);
  --good: light-dark(#17694f, #6fd6ae);
  --good-pale: light-dark(#e3f4ec, #14332a);
  --info: light-dark(#1c5d8f, #86c5f4);
  --info-pale: light-dark(#e5f0f9, #152c3f);
  --warn: light-dark(#845200, #efbd5f);
  --warn-pale: light-dark(#fdf1d9, #372a11);
  --bad: light-dark(#b3261e, #ff9d94);
  --bad-pale: light-dark(#fcecea, #391c1a);
  --plain-pale: light-dark(#ebefee, #28322f);
  --shadow: 0 1px 2px light-dark(#0f1f1b0d, #0006), 0 8px 24px light-dark(#0f1f1b0a, #0004);
  font: 93.75%/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
}`;
