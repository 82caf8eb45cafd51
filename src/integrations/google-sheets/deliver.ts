/** What the engine calls to deliver a page, and to test whether the sheets can be written. */
import type { Deps, Page, PageResult, TestResult } from "../../core/integration";
import { applyPage, openSession } from "./apply";
import { type Book, booksOf } from "./books";
import type { Failure } from "./errors";
import { OVERVIEW_FIELDS, tabsOf } from "./layout";
import type { Config, Secrets } from "./manifest";
import { fenceHolds, isFenceless } from "./probe";

/**
 * Writes a page into the sheets. Never throws for anything that Google does. What is in doubt was reconciled just
 * before: what is open still was certainly not applied.
 */
export function deliver(page: Page, deps: Deps<Config, Secrets>): Promise<PageResult> {
  return applyPage(openSession(page, deps));
}

/**
 * May this integration do its work? Reads every spreadsheet, and writes its title as it is, which only an Editor may.
 */
export async function test(deps: Deps<Config, Secrets>): Promise<TestResult> {
  const books = booksOf(deps);
  const details: string[] = [];
  for (const book of books) {
    const { ok, detail } = await testBook(deps, book);
    const name = books.length > 1 ? `Spreadsheet ${book.no + 1} of ${books.length}: ` : "";
    if (!ok) return { ok, detail: `${name}${detail}` };
    details.push(`${name}${detail}`);
  }
  return { ok: true, detail: details.join(" ") };
}

async function testBook(deps: Deps<Config, Secrets>, book: Book): Promise<TestResult> {
  const overview = await book.client.getSpreadsheet({ fields: OVERVIEW_FIELDS });
  if (!overview.ok) return { ok: false, detail: detailOf(overview.failure) };
  const title = overview.value.properties?.title ?? "";
  if (title === "") return { ok: true, detail: "The spreadsheet can be read." };
  const written = await book.client.batchUpdate([
    { updateSpreadsheetProperties: { properties: { title }, fields: "title" } },
  ]);
  if (!written.ok) return { ok: false, detail: detailOf(written.failure) };
  const [first] = tabsOf(overview.value);
  if (first) await fenceHolds(deps, book, first.sheetId);
  const fence = isFenceless(deps, book)
    ? " No fence holds there: rows are found by their ids, and each is added at least once."
    : "";
  return { ok: true, detail: `The spreadsheet can be read and written.${fence}` };
}

function detailOf(failure: Failure): string {
  if (failure.type === "halt") return failure.halt.reason;
  return failure.type === "refused" ? failure.reason : "The spreadsheet changed while it was read; try again.";
}
