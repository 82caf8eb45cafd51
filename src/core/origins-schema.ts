/** The sites whose pages may send to a form (origins.ts), as a body names them. */
import * as z from "zod";
import { ANY } from "./origins";

const ORIGINS_MAX = 100;

/** In the writing that a browser has for it: no path, no default port, lower case; else it would never be met. */
const isOrigin = (text: string): boolean =>
  /^https?:\/\/[^*]+$/.test(text) && URL.canParse(text) && new URL(text).origin === text;

export const OriginsSchema = z
  .array(
    z
      .string()
      .max(300)
      .refine(
        (text) => text === ANY || isOrigin(text),
        'an origin such as https://example.org, without a path, or "*"',
      ),
  )
  .max(ORIGINS_MAX)
  .refine((list) => list.length < 2 || !list.includes(ANY), '"*" stands alone: it has all the others in it');
