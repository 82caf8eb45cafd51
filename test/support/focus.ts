/** What has the focus in a page: its script says so once the page is there, which may be a moment later. */
import type { Page } from "playwright-core";
import { expect } from "vitest";

const PATIENT = { timeout: 20_000 };

/** An assertion about it that waits until it holds: `await focusOf(page, "id").toBe("summary")`. */
export const focusOf = (page: Page, property: "id" | "textContent" | "ariaLabel") =>
  // While one page gives way to the next there is none.
  expect.poll(() => page.evaluate(`document.activeElement?.${property}`).catch(() => undefined), PATIENT);
