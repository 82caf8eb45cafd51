/**
 * From which sites web pages may send to a form: origins as browsers say them in `Origin` (RFC 6454 section 6.2). Pure.
 * Used by the settings of a form, by CORS (http/cors.ts) and where senders are admitted.
 */
/** Every site. */
export const ANY = "*";

/** The sites that a form names; pages of any site may send to one that names none. */
export interface Sites {
  readonly allowedOrigins?: readonly string[] | undefined;
}

/** Whether pages of any site may send. */
export const isOpenToAll = ({ allowedOrigins }: Sites): boolean => allowedOrigins?.includes(ANY) ?? true;

/** Whether pages of the site with this origin may send. */
export const isOpenTo = (sites: Sites, origin: string): boolean =>
  isOpenToAll(sites) || sites.allowedOrigins?.includes(origin) === true;
