/** The addresses of the console. */

export const HOME = "/console/forms";
export const SIGN_IN = "/console/sign-in";
export const SIGN_OUT = "/console/sign-out";
export const INTEGRATIONS = "/console/integrations";
export const ALERTS = "/console/alerts";
export const KEYS = "/console/keys";
export const CONNECTIONS = "/console/connections";
export const AUDIT = "/console/audit";
export const LOG = "/console/log";
export const LEXICON = "/console/lexicon";

export const formPath = (form: string, page = "responses"): string => `/console/forms/${form}/${page}`;
export const responsePath = (form: string, response: string, page = ""): string =>
  `/console/forms/${form}/responses/${response}${page && `/${page}`}`;
export const keyPath = (key: string, page: string): string => `${KEYS}/${key}/${page}`;
/** A page of a connection; `new`: where one is made, of a kind once it is chosen. */
export const connectionPath = (connection: string, page = ""): string =>
  `${CONNECTIONS}/${connection}${page && `/${page}`}`;
export const linkPath = (form: string, link: string, page = ""): string =>
  formPath(form, `links/${link}${page && `/${page}`}`);
export const lexiconPath = (entry: string, page = ""): string => `${LEXICON}/${entry}${page && `/${page}`}`;

/** A page of an integration; of it itself where none is told. */
export const integrationPath = (form: string, integration: string, page = ""): string =>
  `/console/forms/${form}/integrations/${integration}${page && `/${page}`}`;
/** A page of one of its deliveries. */
export const deliveryPath = (form: string, integration: string, delivery: string, page = ""): string =>
  integrationPath(form, integration, `deliveries/${delivery}${page && `/${page}`}`);
/** Where an integration is added: of a kind, once it is chosen. */
export const addPath = (form: string, kind = ""): string =>
  `/console/forms/${form}/add-integration${kind && `/${kind}`}`;

/** Where to sign in, and then be led to the address that was asked for. */
export function signInPath(url: string, over: boolean): string {
  const { pathname, search } = new URL(url);
  const query = new URLSearchParams({ ...(over && { over: "1" }), next: pathname + search });
  return `${SIGN_IN}?${query}`;
}

/** Where somebody who signed in is led to: a page of the console, whatever was asked for. */
export const ownPath = (next: string | null | undefined): string =>
  next !== null && next !== undefined && /^\/console(\/[\w./-]*)?(\?[^\\\s]*)?$/.test(next) ? next : HOME;

/** The address of a page with some of its query changed: undefined takes a name away. */
export function withQuery(
  path: string,
  query: URLSearchParams,
  change: Readonly<Record<string, string | undefined>> = {},
): string {
  const next = new URLSearchParams(query);
  for (const [name, value] of Object.entries(change)) {
    if (value === undefined) next.delete(name);
    else next.set(name, value);
  }
  const text = next.toString();
  return text === "" ? path : `${path}?${text}`;
}
