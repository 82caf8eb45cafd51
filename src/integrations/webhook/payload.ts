/**
 * The body of an event: `{type, timestamp, data}` as Standard Webhooks 1.0 recommends, or what the integration's own
 * payload says, whose texts are templates. Pure: an event of the same revision of a response has the same body at every
 * attempt.
 */
import type { Definition } from "../../core/form";
import type { Deps, Entry, EntryEvent } from "../../core/integration";
import type { Notice, NoticeEvent } from "../../core/notice";
import { compileTemplate, type Template } from "../../core/template";
import type { Config } from "./manifest";

/** Events of responses, by the names that receivers see. */
export const ENTRY_TYPES = {
  "response.created": "created",
  "response.updated": "updated",
  "response.flagged": "flagged",
  "response.reviewed": "reviewed",
  "response.erased": "erased",
} as const satisfies Record<string, EntryEvent>;
/** Events of the form's other integrations. */
export const NOTICE_TYPES = {
  "integration.blocked": "blocked",
  "integration.recovered": "recovered",
} as const satisfies Record<string, NoticeEvent>;
type EntryType = keyof typeof ENTRY_TYPES;
type NoticeType = keyof typeof NOTICE_TYPES;
export const EVENT_TYPES = [...Object.keys(ENTRY_TYPES), ...Object.keys(NOTICE_TYPES)] as (EntryType | NoticeType)[];

/** The events of responses that a config asks for; all of them unless told. */
export function eventsOf({ events }: Config): EntryEvent[] {
  const wanted = new Set<string>(events ?? EVENT_TYPES);
  return Object.entries(ENTRY_TYPES).flatMap(([type, event]) => (wanted.has(type) ? [event] : []));
}

/**
 * The notices that a config asks for; all of them unless told. A payload of one's own is about a response: it has none.
 */
export function noticesOf({ events, payload }: Config): NoticeEvent[] {
  const wanted = new Set<string>(events ?? (payload === undefined ? EVENT_TYPES : []));
  return Object.entries(NOTICE_TYPES).flatMap(([type, event]) => (wanted.has(type) ? [event] : []));
}

/** Builds the body of an entry. */
export type PayloadMaker = (entry: Entry) => string;

const iso = (milliseconds: number) => new Date(milliseconds).toISOString();

/** Prepares the integration's payload once for a page. */
export function makePayloads({ config, form }: Pick<Deps<Config>, "config" | "form">): PayloadMaker {
  const newest = form.definitions.get(form.version);
  if (config.payload === undefined || !newest) return (entry) => JSON.stringify(standardPayload(entry, form.id));
  const own = compilePayload(config.payload, newest);
  return (entry) => {
    const { response } = entry;
    const extras = { response_id: response.id, form_title: form.title };
    return JSON.stringify(own.render(response, form.definitions.get(response.version) ?? newest, extras));
  };
}

function standardPayload({ event, response, changedAt }: Entry, form: string) {
  const { id, version, revision, receivedAt, erasedAt, answers, metadata, flags, review } = response;
  return {
    type: `response.${event}`,
    timestamp: iso(changedAt ?? receivedAt),
    data: {
      form: { id: form },
      response: {
        id,
        version,
        revision,
        receivedAt: iso(receivedAt),
        ...(erasedAt !== null && { erasedAt: iso(erasedAt) }),
        answers,
        flags,
        review: { state: review },
        metadata,
      },
    },
  };
}

/** The body of a notice. Pure: the same at every attempt. */
export function noticeBody({ event, at, since, reason, integration }: Notice, form: string): string {
  const data = { form: { id: form }, integration: { ...integration, blockedSince: iso(since), reason } };
  return JSON.stringify({ type: `integration.${event}`, timestamp: iso(at), data });
}

interface CompiledPayload {
  render(...given: Parameters<Template["render"]>): unknown;
  readonly problems: readonly { readonly path: string; readonly message: string }[];
}

/**
 * Makes every text of a JSON value a template; what is wrong with them is in `problems`, by path, and rendered as
 * nothing.
 */
export function compilePayload(value: unknown, definition: Definition, path = "payload"): CompiledPayload {
  if (typeof value === "string") {
    const template = compileTemplate(value, definition);
    if (template.ok) return { render: (...given) => template.render(...given), problems: [] };
    return { render: () => "", problems: [{ path, message: template.detail }] };
  }
  if (typeof value !== "object" || value === null) return { render: () => value, problems: [] };
  const parts = Object.entries(value).map(([key, inner]) => {
    return [key, compilePayload(inner, definition, `${path}/${key}`)] as const;
  });
  const problems = parts.flatMap(([, part]) => part.problems);
  if (Array.isArray(value)) return { render: (...given) => parts.map(([, part]) => part.render(...given)), problems };
  return {
    render: (...given) => Object.fromEntries(parts.map(([key, part]) => [key, part.render(...given)])),
    problems,
  };
}
