/** Rows that D1 reads for pages of a list, against the rows that the pages return. */
import type { Installation } from "./installation";
import { type Form, RARE } from "./lists-load";
import { type Figure, progress } from "./report";

/** Rows read for a row returned. */
export const RATIO_MAX = 3;
const LIMIT = 50;
const LIMIT_MAX = 500;

interface Page {
  readonly returned: number;
  readonly read: number;
  readonly next: string | null;
}

export async function pages(installation: Installation, form: Form): Promise<Figure[]> {
  const page = async (query: string, cursor: string | null = null): Promise<Page> => {
    const at = `${form.path}/responses?${query}${cursor === null ? "" : `&cursor=${cursor}`}`;
    const { body, rows } = await installation.count(at);
    return { returned: body.items.length, read: rows, next: body.next };
  };
  // What an isolate has to learn once (the key, the form) is no part of a page.
  await page(`limit=${LIMIT}`);
  const rare = `limit=${LIMIT}&filter[city][eq]=${RARE}`;
  const found = await page(rare);
  const middle = await walk(page, form);
  return [
    figure("first page, newest first", await page(`limit=${LIMIT}`)),
    figure("first page, oldest first", await page(`limit=${LIMIT}&order=asc`)),
    figure("first page of 500", await page(`limit=${LIMIT_MAX}`)),
    figure("a page in the middle", await page(`limit=${LIMIT}`, middle.cursor)),
    figure(`the dearest of all ${middle.pages} pages from the first to the middle`, middle.dearest),
    figure("filter on an indexed question, first page", found),
    ...(found.next === null
      ? []
      : [figure("filter on an indexed question, its next page", await page(rare, found.next))]),
  ];
}

/** Goes from page to page, as a client does, to the middle of the form. */
async function walk(page: (query: string, cursor?: string | null) => Promise<Page>, form: Form) {
  const total = Math.ceil(form.responses / 2 / LIMIT_MAX);
  const tell = progress("pages", total);
  let dearest: Page | null = null;
  let cursor: string | null = null;
  for (let n = 1; n <= total; n += 1) {
    const one: Page = await page(`limit=${LIMIT_MAX}`, cursor);
    if (!dearest || ratio(one) > ratio(dearest)) dearest = one;
    cursor = one.next;
    tell(n);
  }
  if (!dearest || cursor === null) throw new Error("the form has no middle");
  return { cursor, dearest, pages: total };
}

const ratio = ({ returned, read }: Page): number => read / returned;

const figure = (what: string, page: Page): Figure => ({
  what: `rows read, ${what}`,
  measured: `${page.read} for ${page.returned} returned: ${ratio(page).toFixed(2)}`,
  limit: String(RATIO_MAX),
  good: page.returned > 0 && ratio(page) <= RATIO_MAX,
});
