/** The headers that operations read and answer with. */

export const REQUEST_HEADERS = {
  "Idempotency-Key":
    "1 to 255 visible ASCII characters. The same content with the same key is stored once and answered alike, however often it is sent.",
  "If-Match": 'The ETag that you read, as `"1"`, or `*`. Something else is there now: 412.',
  "If-None-Match": "The ETag that you have. Nothing changed: 304.",
  Prefer: "`return=minimal`: no body, please.",
  "Formlog-Link": "A collector link: the value of `link` in its address.",
} as const;
export type RequestHeader = keyof typeof REQUEST_HEADERS;

export const RESPONSE_HEADERS = {
  Location: "Address of what was made.",
  ETag: "Names what is there now; of a response, its revision in quotes.",
  "Idempotent-Replayed": "`true`: an earlier request with this key had stored it.",
  "Preference-Applied": "`return=minimal`, when there is no body because of it.",
  "Cache-Control": "How long an answer may be kept.",
  "Content-Disposition": "Name of the file.",
  Link: 'The address of what follows, as `rel="next"`.',
  "Formlog-Entries": "Entries of the log that the file covers, erased ones among them.",
  "Formlog-Version": "The version of the form whose columns these are.",
  "Retry-After": "Seconds to wait before the next try.",
  "Formlog-Bookmark":
    "How far the databases had come. Send it with a request that reads, and what this one wrote is there, whichever copy of the database answers.",
  "WWW-Authenticate": "`Bearer`.",
  "X-Request-Id":
    "Names this request in the log. Send your own (8 to 64 letters, digits, `.`, `_`, `-`) and it is taken.",
} as const;
export type ResponseHeader = keyof typeof RESPONSE_HEADERS;

/** What problems of a status may bring besides the request id. */
export const HEADERS_OF_PROBLEMS: Readonly<Record<number, readonly ResponseHeader[]>> = {
  401: ["WWW-Authenticate"],
  409: ["Retry-After"],
  412: ["ETag"],
  429: ["Retry-After"],
  503: ["Retry-After"],
};
