/** Who reads an answer, as the request says. */
import type { Context as HonoContext } from "hono";
import { acceptedLanguages } from "../core/translation";
import type { Reader } from "../services/correction-link";

export const originOf = (c: HonoContext): string => new URL(c.req.url).origin;
export function languagesOf(c: HonoContext): string[] {
  const header = c.req.header("accept-language");
  return header === undefined ? [] : acceptedLanguages(header);
}
/** Where they came by is looked at only where a link is made. */
export const readerOf = (c: HonoContext): Reader => ({
  languages: languagesOf(c),
  get origin() {
    return originOf(c);
  },
});
