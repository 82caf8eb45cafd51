/** Another language of the form is another page: what is typed goes along. */
import { all } from "./dom";
import type { Draft } from "./draft";

export function takeAlong(draft: Draft): void {
  for (const link of all(document, "[data-languages] a")) link.addEventListener("click", () => draft.carry());
}
