/** Who reads an answer, as the request says. */
import type { Context as HonoContext } from "hono";
import { acceptedLanguages } from "../core/translation";
import type { Reader } from "../services/correction-link";

export const originOf = (c: HonoContext): string => new URL(c.req.url).origin;
export const languagesOf = (c: HonoContext): string[] => acceptedLanguages(c.req.header("accept-language") ?? "");
export const readerOf = (c: HonoContext): Reader => ({ languages: languagesOf(c), origin: originOf(c) });
