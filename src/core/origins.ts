/**
 * From which sites web pages may send to a form: origins as browsers say them in `Origin` (RFC 6454 section 6.2). Pure. Used
 * by the settings of a form, by CORS (http/cors.ts) and where senders are admitted.
 */
import * as z from "zod";

const ANY = "*";
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

/** The sites that a form names; pages of any site may send to one that names none. */
export interface Sites {
  readonly allowedOrigins?: readonly string[] | undefined;
}

/** Whether pages of any site may send. */
export const isOpenToAll = ({ allowedOrigins }: Sites): boolean => allowedOrigins?.includes(ANY) ?? true;

/** Whether pages of the site with this origin may send. */
export const isOpenTo = (sites: Sites, origin: string): boolean =>
  isOpenToAll(sites) || sites.allowedOrigins?.includes(origin) === true;
