/** What a receiver says of a response in its answer: what is heeded, what is not, and what an operator sees of it. */
import { describe, expect, it } from "vitest";
import type { AnnotationResult, ResponseAnnotation } from "../../core/annotation";
import type { Entry } from "../../core/integration";
import { deliverPage } from "./deliver";
import type { Secrets } from "./manifest";
import { makeSigner } from "./sign";
import { entry, makeWorld, page, pageOf, response, SECRET, START } from "./testing";

const FLAG = { rule: "too_much", message: "This is too much.", questions: ["name"] };
const SAYS = { revision: 1, flags: [FLAG] };
const OTHER = `whsec_${btoa("another secret of 32 bytes ......")}`;

/** A signed answer, and how it differs from a right one. */
interface Answer {
  readonly body?: string;
  readonly id?: string;
  readonly timestamp?: number;
  readonly keys?: Secrets;
  /** Replaces headers of the right answer; null takes one away. */
  readonly headers?: Readonly<Record<string, string | null>>;
  /** What is sent instead of what was signed. */
  readonly sent?: BodyInit;
}

async function answerOf(request: Request, how: Answer): Promise<Response> {
  const { body = JSON.stringify(SAYS), keys = { secret: SECRET }, timestamp = START / 1000 } = how;
  const id = how.id ?? request.headers.get("webhook-id") ?? "";
  const signature = await (await makeSigner(keys, START))({ id, timestamp, body });
  const headers = new Headers({ "content-type": "application/json", "webhook-id": id });
  headers.set("webhook-timestamp", String(timestamp));
  headers.set("webhook-signature", signature);
  for (const [name, value] of Object.entries(how.headers ?? {})) {
    if (value === null) headers.delete(name);
    else headers.set(name, value);
  }
  return new Response(how.sent ?? body, { headers });
}

/** A page delivered to a receiver that answers so; `results` is what becomes of the annotations. */
async function deliver(
  how: Answer | ((request: Request) => Promise<Response>),
  { entries = [entry(1)], secrets = { secret: SECRET }, result = "done" }: Given = {},
) {
  const calls: ResponseAnnotation[][] = [];
  const annotate = async (annotations: readonly ResponseAnnotation[]) => {
    calls.push([...annotations]);
    return annotations.map(() => result);
  };
  const fetch = typeof how === "function" ? how : (request: Request) => answerOf(request, how);
  const { deps } = makeWorld({}, {}, { secrets, annotate, fetch });
  const { outcomes, attempts } = await deliverPage(page(entries), deps);
  return {
    calls,
    said: calls.flat().map(({ response: { id }, ...says }) => [id, says]),
    outcomes: [...outcomes.values()],
    notes: [...(attempts?.values() ?? [])].map(({ answer }) => answer.split("\n")[0]),
  };
}

interface Given {
  readonly entries?: readonly Entry[];
  readonly secrets?: Secrets;
  readonly result?: AnnotationResult;
}

describe("a signed answer", () => {
  it("says flags and metadata of the response, and the attempt says that they were applied", async () => {
    const body = JSON.stringify({ ...SAYS, metadata: { score: 3, old: null } });
    const { said, outcomes, notes } = await deliver({ body });
    expect(said).toEqual([["resp1", { flags: [FLAG], metadata: { score: 3, old: null } }]]);
    expect(outcomes).toEqual([{ type: "delivered", status: "200" }]);
    expect(notes).toEqual(["Formlog: applied to the response."]);
  });

  it("takes flags back by naming none, and says nothing of what it leaves out", async () => {
    expect((await deliver({ body: '{"flags":[]}' })).said).toEqual([["resp1", { flags: [] }]]);
    expect((await deliver({ body: '{"metadata":{"a":1}}' })).said).toEqual([["resp1", { metadata: { a: 1 } }]]);
    expect(await deliver({ body: '{"revision":1}' })).toMatchObject({ calls: [], notes: ['{"revision":1}'] });
  });

  it("has text of any script, no name that is JavaScript's own, and what the schema fills in", async () => {
    const flag = { rule: "r", message: "  Zu viel: Ä́ 😀\u0000 बचत " };
    const body = `{"flags":[${JSON.stringify(flag)}],"metadata":{"__proto__":"x","constructor":1}}`;
    const { said } = await deliver({ body });
    expect(said).toEqual([
      ["resp1", { flags: [{ ...flag, message: flag.message.trim(), questions: [] }], metadata: { constructor: 1 } }],
    ]);
  });

  it("may be signed by the secret before a rotation until that has run out", async () => {
    const rotated = (until: number) => ({ secret: OTHER, previous: [{ secret: SECRET, until }] });
    expect((await deliver({}, { secrets: rotated(START + 1) })).said).toHaveLength(1);
    expect((await deliver({ keys: { secret: OTHER } }, { secrets: rotated(START + 1) })).said).toHaveLength(1);
    expect(await deliver({}, { secrets: rotated(START) })).toMatchObject({ calls: [], notes: [/is not right/] });
  });

  it("may have other signatures beside the right one, and 16 kB", async () => {
    const right = await makeSigner({ secret: SECRET }, START);
    const body = JSON.stringify({ ...SAYS, metadata: { pad: "x".repeat(1_000) } }).padEnd(16_384);
    const signature = await right({ id: "delivery1", timestamp: START / 1000, body });
    const headers = {
      "webhook-signature": `v1a,AAAA v1,AAAA ${signature}`,
      "content-type": "application/JSON ; charset=utf-8",
    };
    expect((await deliver({ body, headers })).said).toHaveLength(1);
  });
});

const longer = JSON.stringify(SAYS).padEnd(16_385);
const flags = (flag: object) => ({ body: JSON.stringify({ flags: [flag] }) });
const REFUSED: [string, Answer, RegExp][] = [
  ["not signed at all", { headers: { "webhook-signature": null } }, /it is not signed: webhook-id/],
  ["another body than was signed", { sent: JSON.stringify({ ...SAYS, flags: [] }) }, /webhook-signature is not right/],
  ["one byte more than was signed", { sent: `${JSON.stringify(SAYS)}\n` }, /is not right/],
  ["a mark of byte order before it", { sent: `\uFEFF${JSON.stringify(SAYS)}` }, /is not right/],
  ["bytes that are no text", { sent: new Uint8Array([0xff, 0xfe, 0x7b]) }, /is not right/],
  ["signed by another secret", { keys: { secret: OTHER } }, /is not right/],
  ["signed for another event", { id: "delivery2" }, /webhook-id is not that of the event/],
  [
    "signed for another event, sent under this one's id",
    { id: "d2", headers: { "webhook-id": "delivery1" } },
    /is not right/,
  ],
  ["signed five minutes ago", { timestamp: START / 1000 - 301 }, /five minutes off/],
  ["signed five minutes ahead", { timestamp: START / 1000 + 301 }, /five minutes off/],
  ["another time than was signed", { headers: { "webhook-timestamp": String(START / 1000 - 1) } }, /is not right/],
  ["a time with a zero before it", { headers: { "webhook-timestamp": `0${START / 1000}` } }, /no time in seconds/],
  ["a time that is none", { headers: { "webhook-timestamp": "now" } }, /no time in seconds/],
  ["no id", { headers: { "webhook-id": null } }, /webhook-id or webhook-timestamp is missing/],
  ["no time", { headers: { "webhook-timestamp": null } }, /is missing/],
  ["an empty signature", { headers: { "webhook-signature": "" } }, /has no v1/],
  ["another version of signature", { headers: { "webhook-signature": "v2,AAAA" } }, /has no v1/],
  ["a signature that is no base64", { headers: { "webhook-signature": "v1,%%%" } }, /is not right/],
  ["text", { headers: { "content-type": "text/plain" } }, /content-type is not application\/json/],
  ["a type that only begins like JSON", { headers: { "content-type": "application/jsonp" } }, /content-type/],
  ["longer than 16 kB", { body: longer }, /longer than 16 kB/],
  ["no JSON", { body: "flags: none" }, /no JSON/],
  ["nested without end", { body: "[".repeat(16_000) }, /no JSON/],
  ["a list", { body: "[]" }, /the body: /],
  ["Formlog's own event, sent back", { body: '{"type":"response.created","data":{}}' }, /Unrecognized keys/],
  ["a word that means nothing", { body: '{"flag":[]}' }, /Unrecognized key.*flag/],
  ["a flag in another's name", flags({ ...FLAG, source: "int_other" }), /flags\/0: Unrecognized key/],
  ["a flag without a message", flags({ rule: "r" }), /flags\/0\/message/],
  ["a rule with a strange name", flags({ ...FLAG, rule: "1<b>" }), /flags\/0\/rule: a name starts with a letter/],
  [
    "more flags than a response has",
    { body: JSON.stringify({ flags: Array.from({ length: 101 }, () => ({ rule: "r", message: "m" })) }) },
    /flags/,
  ],
  ["metadata that is no text, number or yes", { body: '{"metadata":{"a":{}}}' }, /metadata\/a/],
  [
    "an older revision",
    { body: '{"revision":2,"flags":[]}' },
    /about revision 2 of the response, and revision 1 was sent/,
  ],
];

describe("an answer that is not right changes nothing, and the attempt says why", () => {
  it.each(REFUSED)("%s", async (_, how, note) => {
    const { calls, outcomes, notes } = await deliver(how);
    expect(calls).toEqual([]);
    // The event was taken: asking again would get the same.
    expect(outcomes).toEqual([{ type: "delivered", status: "200" }]);
    expect(notes[0]).toMatch(/^Formlog: not applied: .*\.$/);
    expect(notes[0]).toMatch(note);
  });

  it("when the connection has a private key alone: only Formlog can sign by it", async () => {
    const privateKey = `whsk_${btoa("a seed of an ed25519 key, 32 long".slice(0, 32))}`;
    const { calls, notes } = await deliver({}, { secrets: { privateKey } });
    expect([calls, notes]).toEqual([[], [expect.stringContaining("give the connection one beside its privateKey")]]);
  });

  it("when it speaks of something else, without a note", async () => {
    for (const body of ['{"ok":true}', "", "[]", "flags"]) {
      const answer = async () => Response.json(body, { headers: { "webhook-id": "x" } });
      expect((await deliver(answer)).notes, body).toEqual([JSON.stringify(body)]);
    }
  });
});

describe("events", () => {
  const changed = { changedAt: START, position: 9 } as const;
  it.each<[string, Partial<Entry>, number]>([
    ["created", {}, 1],
    ["updated", { ...changed, event: "updated" }, 1],
    ["updated by another integration", { ...changed, event: "updated", annotated: true }, 0],
    ["flagged", { ...changed, event: "flagged" }, 0],
    ["reviewed", { ...changed, event: "reviewed" }, 0],
    ["erased", { ...changed, event: "erased" }, 0],
  ])("%s", async (_, other, count) => {
    const { said, notes } = await deliver({}, { entries: [entry(1, other)] });
    expect(said).toHaveLength(count);
    expect(notes[0]).toMatch(count ? /: applied/ : /only what is answered to response.created/);
  });

  it("of one page are one annotation each, in the order of the log, whatever the order of the answers", async () => {
    const waiting: (() => void)[] = [];
    // Five at once, as they are sent: the last one that comes is answered first.
    const turn = () =>
      new Promise<void>((go) => {
        waiting.unshift(go);
        if (waiting.length === 5) for (const one of waiting.splice(0)) one();
      });
    const { calls } = await deliver(
      async (request) => {
        const id = request.headers.get("webhook-id") ?? "";
        if (Number(id.slice(8)) > 3) await turn();
        return answerOf(request, { body: JSON.stringify({ metadata: { id } }) });
      },
      { entries: pageOf(1, 23).entries },
    );
    expect(calls).toHaveLength(1);
    expect(calls[0]?.map(({ metadata }) => metadata?.id)).toEqual(
      Array.from({ length: 23 }, (_, i) => `delivery${i + 1}`),
    );
  });

  it("of one response in one page are one annotation: the later one holds", async () => {
    const same = response(1);
    const entries = [1, 2, 3].map((n) => entry(n, { event: "updated", changedAt: START, response: same }));
    const answers: Record<string, string> = {
      delivery1: JSON.stringify({ flags: [FLAG], metadata: { a: 1, b: 1 } }),
      delivery2: '{"metadata":{"b":2}}',
      delivery3: '{"flags":[]}',
    };
    const { said, notes } = await deliver(
      (request) => answerOf(request, { body: answers[request.headers.get("webhook-id") ?? ""] ?? "" }),
      { entries },
    );
    expect(said).toEqual([["resp1", { flags: [], metadata: { a: 1, b: 2 } }]]);
    expect(notes).toEqual(Array.from({ length: 3 }, () => "Formlog: applied to the response."));
  });
});

describe("what becomes of it", () => {
  it("stale or refused is noted, and not tried again", async () => {
    expect(await deliver({}, { result: "stale" })).toMatchObject({
      outcomes: [{ type: "delivered" }],
      notes: [/not applied: the response was edited or erased meanwhile/],
    });
    expect(await deliver({}, { result: "refused" })).toMatchObject({
      outcomes: [{ type: "delivered" }],
      notes: [/not applied: its metadata/],
    });
  });

  it("busy is asked again later, by the schedule", async () => {
    const { outcomes } = await deliver({}, { result: "busy" });
    expect(outcomes).toMatchObject([{ type: "retry", reason: expect.stringContaining("changed by others") }]);
  });

  it("an answer that breaks off in the middle is asked for again; an unsigned one has been heard", async () => {
    const broken = (headers: Readonly<Record<string, null>>) => (request: Request) => {
      const body = new ReadableStream({ pull: (c) => c.error(new Error("reset")) });
      return answerOf(request, { sent: body, headers });
    };
    expect(await deliver(broken({}))).toMatchObject({ calls: [], outcomes: [{ type: "retry" }] });
    expect(await deliver(broken({ "webhook-signature": null }))).toMatchObject({ outcomes: [{ type: "delivered" }] });
  });

  it("an answer of 410, 429 or 500 says nothing, however it is signed", async () => {
    for (const status of [302, 410, 429, 500]) {
      const answer = async (request: Request) => {
        const { headers } = await answerOf(request, {});
        return new Response(JSON.stringify(SAYS), { status, headers });
      };
      expect((await deliver(answer)).calls, String(status)).toEqual([]);
    }
  });
});
