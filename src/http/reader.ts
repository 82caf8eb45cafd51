/** Who reads an answer, as the request says. */
import type { Context as HonoContext } from "hono";
import { acceptedLanguages } from "../core/translation";
import type { Reader } from "../services/correction-link";

export const originOf = (c: HonoContext): string => new URL(c.req.url).origin;
export const languagesOf = (c: HonoContext): string[] => acceptedLanguages(c.req.header("accept-language") ?? "");
/** Where they came by is looked at only where a link is made. */
export const readerOf = (c: HonoContext): Reader => ({
  languages: languagesOf(c),
  get origin() {
    return originOf(c);
  },
});
