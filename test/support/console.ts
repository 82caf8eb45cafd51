/**
 * The console as a browser sees it, without one: a session's cookies, pages, and forms that are sent as they stand
 * there.
 */
import { exports } from "cloudflare:workers";

const ORIGIN = "http://formlog.test";

export interface Page {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

interface Sending {
  /** Of the request; the console's own unless told. */
  readonly origin?: string;
  readonly headers?: Readonly<Record<string, string | null>>;
}

const ofTests = (request: Request): Promise<Response> => exports.default.fetch(request);

/**
 * A visitor without a session, over http unless told; of the tests' installation, unless told how another one is asked.
 */
export function visitor(origin = ORIGIN, fetch = ofTests) {
  const jar = new Map<string, string>();

  async function send(
    method: string,
    path: string,
    { headers = {} }: Sending = {},
    fields?: URLSearchParams | FormData,
  ): Promise<Page> {
    const all = new Headers();
    if (jar.size > 0) all.set("cookie", [...jar].map(([name, value]) => `${name}=${value}`).join("; "));
    if (method === "POST") all.set("origin", origin);
    for (const [name, value] of Object.entries(headers)) {
      if (value === null) all.delete(name);
      else all.set(name, value);
    }
    const request = new Request(`${origin}${path}`, {
      method,
      redirect: "manual",
      headers: all,
      ...(fields && { body: fields }),
    });
    const response = await fetch(request);
    for (const cookie of response.headers.getSetCookie()) keep(cookie);
    return { status: response.status, headers: response.headers, body: await response.text() };
  }

  function keep(cookie: string): void {
    const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
    if (/max-age=0/i.test(cookie)) jar.delete(name);
    else jar.set(name, value);
  }

  const get = (path: string, sending?: Sending) => send("GET", path, sending);
  const post = (path: string, fields: Readonly<Record<string, string>> | URLSearchParams, sending?: Sending) =>
    send("POST", path, sending, new URLSearchParams(fields));
  return {
    jar,
    get,
    post,
    /** Fails unless the key signs in. */
    async signIn(key: string): Promise<Page> {
      const page = await post("/console/sign-in", { key });
      if (page.status !== 303) throw new Error(`the sign-in answered ${page.status}: ${textOf(page.body)}`);
      return page;
    },
    /** Sends the form of a page that leads to `action`, with what it holds and these fields. */
    async submit(path: string, action: string, fields: Readonly<Record<string, string>> = {}, sending?: Sending) {
      const page = await get(path);
      return post(action, { ...formOf(page.body, action), ...fields }, sending);
    },
    /** The same of a form with a file. */
    async upload(
      path: string,
      action: string,
      file: string | Uint8Array<ArrayBuffer>,
      fields: Readonly<Record<string, string>> = {},
    ) {
      const sent = new FormData();
      const all = { ...formOf((await get(path)).body, action), ...fields };
      for (const [name, value] of Object.entries(all)) sent.append(name, value);
      sent.append("file", new File([file], "lexicon.csv"));
      return send("POST", action, {}, sent);
    },
    /** Follows a redirect. */
    follow: (page: Page) => get(page.headers.get("location") ?? ""),
  };
}

export type Visitor = ReturnType<typeof visitor>;

/** A visitor who is signed in with this key. */
export async function operator(key: string): Promise<Visitor> {
  const one = visitor();
  await one.signIn(key);
  return one;
}

/** The hidden inputs of the form that leads to `action`. */
export function formOf(page: string, action: string): Record<string, string> {
  const start = page.indexOf(`action="${action}"`);
  if (start < 0) throw new Error(`the page has no form that leads to ${action}`);
  const form = page.slice(start, page.indexOf("</form>", start));
  const inputs = [...form.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)];
  return Object.fromEntries(inputs.map(([, name = "", value = ""]) => [name, value]));
}

const ENTITIES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', "#39": "'" };
const decoded = (text: string) =>
  text.replaceAll(/&(amp|lt|gt|quot|#39);/g, (all, name: string) => ENTITIES[name] ?? all);
const INPUTS = /<input ([^>]*)>|<textarea ([^>]*)>\n?([^<]*)<\/textarea>|<select ([^>]*)>(.*?)<\/select>/gs;

/** The form that leads to `action` as a browser sends it when nobody touches it, but for the button. */
export function untouched(page: string, action: string): URLSearchParams {
  const start = page.indexOf(`action="${action}"`);
  const form = page.slice(start, page.indexOf("</form>", start));
  const sent = new URLSearchParams();
  const read = (attributes: string, name: string) => {
    const found = new RegExp(`(?:^| )${name}="([^"]*)"`).exec(attributes);
    return found ? decoded(found[1] ?? "") : null;
  };
  for (const [, input, area, text = "", select, options = ""] of form.matchAll(INPUTS)) {
    const attributes = input ?? area ?? select ?? "";
    const name = read(attributes, "name");
    const type = read(attributes, "type");
    if (name === null || ((type === "checkbox" || type === "radio") && !/ checked=/.test(attributes))) continue;
    const [chosen = /<option [^>]*>/.exec(options)?.[0] ?? ""] = /<option [^>]* selected=[^>]*>/.exec(options) ?? [];
    const value =
      area !== undefined
        ? decoded(text)
        : select !== undefined
          ? read(chosen.slice(8), "value")
          : read(attributes, "value");
    sent.append(name, (value ?? "").replaceAll(/\r\n|\r|\n/g, area === undefined ? "" : "\r\n"));
  }
  return sent;
}

/** What a page says, without its tags. */
export const textOf = (page: string): string =>
  page
    .replace(/^.*<main/s, "<main")
    .replace(/<[^>]*>/g, " ")
    .replace(/\s+/g, " ")
    .trim();
