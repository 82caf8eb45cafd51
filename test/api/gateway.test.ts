/** The gateway: it answers submissions as the API worker does, and passes everything else on to it, whole. */
import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { gateway } from "../../src/gateway/app";
import type { GatewayBindings } from "../../src/gateway/context";
import { OPERATIONS } from "../../src/http/openapi/operations";
import worker from "../../src/worker";
import { call, newForm, newWorkspace, QUESTIONS } from "../support/api";
import { createOutage } from "../support/failing-d1";

type Api = GatewayBindings["API"];

/** The two ways to one installation: straight to the API worker, and by the gateway. Each has its own caches. */
const LIMIT = 3;
/** A limiter as the binding, whose window never turns in the middle of a test. */
function createRate() {
  const taken = new Map<string, number>();
  return {
    async limit({ key: of }: RateLimitOptions) {
      taken.set(of, (taken.get(of) ?? 0) + 1);
      return { success: (taken.get(of) ?? 0) <= LIMIT };
    },
  };
}
const direct = createOutage({ RATE_SUBMIT: createRate() });
const before = createOutage({ RATE_SUBMIT: createRate() });
const straight: Api = {
  async fetch(request) {
    const execution = createExecutionContext();
    const answer = await worker.fetch(request as Request<unknown, IncomingRequestCfProperties>, direct.env, execution);
    // A body that streams is done only when it was read.
    if (!answer.body) await waitOnExecutionContext(execution);
    return answer;
  },
};
const through = (API: Api): Api => ({
  async fetch(request) {
    return gateway.fetch(request, { ...before.env, API }, createExecutionContext());
  },
});

const ADDRESS = "https://formlog.test";
const REQUEST_ID = "req-of-the-test";

interface Sent {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: BodyInit | object | undefined;
}

function request(path: string, { method = "POST", headers = {}, body }: Sent): Request {
  const isRaw =
    body === undefined || typeof body === "string" || body instanceof Uint8Array || body instanceof FormData;
  return new Request(ADDRESS + path, {
    method,
    redirect: "manual",
    headers: { "x-request-id": REQUEST_ID, "content-type": "application/json", ...headers },
    body: isRaw ? (body as BodyInit) : JSON.stringify(body),
  });
}

/** An answer without what differs from form to form and from response to response. */
async function readAnswer(answer: Response, form: string) {
  const plain = (text: string) =>
    text
      .replaceAll(form, "FORM")
      .replaceAll(/"id":"[0-9a-z]{10,}"/g, '"id":"ID"')
      .replaceAll(/responses\/[0-9a-z]{10,}/g, "responses/ID")
      .replaceAll(/"(receivedAt|expiresAt)":"[^"]+"/g, '"$1":"TIME"')
      .replaceAll(/corr_[\w.-]+/g, "TOKEN")
      .replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, "UUID")
      .replaceAll(/("receipt":"|receipts\/)[\w-]{36}/g, "$1RECEIPT");
  const headers = [...answer.headers].map(([name, value]) => [name, plain(value)]);
  return { status: answer.status, headers: Object.fromEntries(headers), body: plain(await answer.text()) };
}

let key = "";
let forms = { direct: "", before: "" };
/** Two forms that are alike, one for each way. */
const makeForms = async (change: Record<string, unknown> = {}) => {
  forms = { direct: await newForm(key, change), before: await newForm(key, change) };
};

/** What both ways answer, in turn, to these requests. */
async function askBoth(sent: readonly Sent[], at = "responses") {
  const ask = async (way: Api, form: string) => {
    const answers = [];
    for (const one of sent)
      answers.push(await readAnswer(await way.fetch(request(`/v1/forms/${form}/${at}`, one)), form));
    return answers;
  };
  const never: Api = { fetch: () => Promise.reject(new Error("a submission is not passed on")) };
  return { expected: await ask(straight, forms.direct), got: await ask(through(never), forms.before) };
}

beforeEach(async () => {
  for (const level of ["info", "warn", "error"] as const) vi.spyOn(console, level).mockImplementation(() => {});
  key ||= await newWorkspace();
});
afterEach(() => {
  direct.d1.fault = null;
  before.d1.fault = null;
  vi.restoreAllMocks();
});

const answers = { name: "Asha", age: 31 };
const RULES = [{ name: "grown", severity: "flag", expression: "age >= 40", message: "Young" }];
const bearer = (text: string) => ({ authorization: `Bearer ${text}` });

describe("a submission is answered as by the API worker", () => {
  const table: Record<string, { status: number; sent: Sent; change?: Record<string, unknown> }> = {
    good: { status: 201, sent: { body: { answers, metadata: { device: "A1" }, submittedAt: "2026-11-20T10:00:00Z" } } },
    flagged: { status: 201, sent: { body: { answers } }, change: { rules: RULES } },
    "kept short": { status: 201, sent: { body: { answers }, headers: { prefer: "return=minimal" } } },
    invalid: { status: 422, sent: { body: { answers: { age: 200, town: "x" }, metadata: { a: {} } } } },
    "no object": { status: 422, sent: { body: [1] } },
    "with unknown fields": { status: 422, sent: { body: { answers, test: 1, turnstileToken: 5 } } },
    "no JSON": { status: 400, sent: { body: "{" } },
    "of another type": { status: 415, sent: { body: "a=1", headers: { "content-type": "text/plain" } } },
    "too large": { status: 413, sent: { body: `{"answers":{"name":"${"x".repeat(600_000)}"}}` } },
    "with a bad key": { status: 401, sent: { body: { answers }, headers: bearer("fl_nobody") } },
    "with another scheme": { status: 401, sent: { body: { answers }, headers: { authorization: "Basic x" } } },
    "with a bad idempotency key": { status: 400, sent: { body: { answers }, headers: { "idempotency-key": "é" } } },
    "from a page of another site": {
      status: 201,
      sent: { body: { answers }, headers: { origin: "https://a.example" } },
    },
    "from a site that is refused": {
      status: 403,
      sent: { body: { answers }, headers: { origin: "https://a.example" } },
      change: { allowedOrigins: ["https://b.example"] },
    },
    "with no key where one is needed": { status: 401, sent: { body: { answers } }, change: { access: "key" } },
    "by a link that is none": { status: 403, sent: { body: { answers }, headers: { "formlog-link": "link_x" } } },
    "after its time": { status: 409, sent: { body: { answers } }, change: { closesAt: "2026-01-01T00:00:00Z" } },
  };

  it.each(Object.entries(table))("%s", async (_, { status, sent, change }) => {
    await makeForms(change);
    const { expected, got } = await askBoth([sent]);
    expect(expected[0]?.status).toBe(status);
    expect(got).toEqual(expected);
    expect(got[0]?.headers["x-request-id"]).toBe(REQUEST_ID);
  });

  it("for a form that there is not", async () => {
    forms = { direct: "form_0000000000000000", before: "form_0000000000000000" };
    const { expected, got } = await askBoth([{ body: { answers } }]);
    expect(expected[0]?.status).toBe(404);
    expect(got).toEqual(expected);
  });

  it("with a key of its form, also again, and with other content", async () => {
    await makeForms({ access: "key" });
    const keyed = { headers: { ...bearer(key), "idempotency-key": "k-1" } };
    const { expected, got } = await askBoth([
      { ...keyed, body: { answers } },
      { ...keyed, body: { answers } },
      { ...keyed, body: { answers: { name: "Another" } } },
    ]);
    expect(expected.map(({ status }) => status)).toEqual([201, 201, 409]);
    expect(expected[1]?.headers["idempotent-replayed"]).toBe("true");
    expect(got).toEqual(expected);
  });

  it("as a batch, item by item, and one that is no batch", async () => {
    await makeForms();
    const responses = [
      { answers },
      { answers: {} },
      { answers, idempotencyKey: "b" },
      { answers, idempotencyKey: "b" },
    ];
    const sent = [{ responses }, { responses: [] }, { responses: [1, { answers, x: 1 }] }, {}];
    const { expected, got } = await askBoth(
      sent.map((body) => ({ body })),
      "responses/batch",
    );
    expect(expected.map(({ status }) => status)).toEqual([207, 422, 422, 422]);
    expect(got).toEqual(expected);
  });

  it("beyond the limit of its network, whichever of the two it came to", async () => {
    await makeForms();
    const from = { headers: { "cf-connecting-ip": "198.51.100.7" }, body: { answers } };
    const { expected, got } = await askBoth([from, from, from, from]);
    expect(expected.map(({ status }) => status)).toEqual([201, 201, 201, 429]);
    expect(got).toEqual(expected);
  });

  it("while D1 can't be reached: it is spooled, with all that the intake needs", async () => {
    await makeForms();
    await askBoth([{ body: { answers } }]);
    direct.d1.fault = "unreachable";
    before.d1.fault = "unreachable";
    const { expected, got } = await askBoth([{ body: { answers } }]);
    expect(expected[0]?.status).toBe(202);
    expect(got).toEqual(expected);
    const [one, other] = [direct.spooled.at(-1), before.spooled.at(-1)];
    expect(Object.keys(other ?? {})).toEqual(Object.keys(one ?? {}));
    expect(other).toMatchObject({ form: forms.before, answers: one?.answers, trace: { request: REQUEST_ID } });
  });

  it("and rings for the form's integrations", async () => {
    await makeForms();
    const config = { spreadsheetId: "1abc" };
    await call("POST", `/v1/forms/${forms.before}/integrations`, { key, body: { kind: "google-sheets", config } });
    const rung = before.rung.length;
    const { got } = await askBoth([{ body: { answers } }]);
    expect(got[0]?.status).toBe(201);
    const wanted = [{ body: { kind: "google-sheets" } }];
    await vi.waitFor(() => expect(before.rung.slice(rung)).toMatchObject(wanted), { timeout: 10_000 });
  });

  it("and no header says that it will end, which the gateway would not know of", () => {
    const own = OPERATIONS.filter(({ operationId }) => /^submit/.test(operationId));
    expect(own.length).toBe(2);
    expect(own.filter((operation) => "deprecation" in operation && operation.deprecation)).toEqual([]);
  });
});

describe("everything else is passed on", () => {
  const seen: Request[] = [];
  const answering = (answer: () => Response): Api => {
    seen.length = 0;
    return through({
      async fetch(asked) {
        seen.push(asked.clone());
        return answer();
      },
    });
  };

  it("whole: method, address, headers and the bytes of the body", async () => {
    const body = crypto.getRandomValues(new Uint8Array(60_000));
    const headers = {
      "content-type": "application/octet-stream",
      cookie: "a=1; b=2",
      "cf-connecting-ip": "203.0.113.9",
      "if-match": '"3"',
      traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    };
    const way = answering(() => new Response(null, { status: 204 }));
    await way.fetch(request("/v1/x/%C3%A9?a=1&a=2&b=%20", { method: "PUT", headers, body }));
    const [asked] = seen;
    expect([asked?.method, asked?.url]).toEqual(["PUT", `${ADDRESS}/v1/x/%C3%A9?a=1&a=2&b=%20`]);
    expect(new Uint8Array((await asked?.arrayBuffer()) ?? [])).toEqual(body);
    const { traceparent, ...same } = headers;
    expect(Object.fromEntries(asked?.headers ?? [])).toMatchObject({ ...same, "x-request-id": REQUEST_ID });
    // The trace is the client's, the span is the gateway's.
    expect(asked?.headers.get("traceparent")).toMatch(/^00-0af7651916cd43dd8448eb211c80319c-(?!b7ad6b7169203331)/);
    expect(asked?.redirect).toBe("manual");
  });

  it("and so is the answer: status, redirects, each cookie, and no header twice", async () => {
    const headers = new Headers({ location: "/console", "x-request-id": REQUEST_ID, vary: "Origin" });
    headers.append("set-cookie", "a=1; Path=/");
    headers.append("set-cookie", "b=2; HttpOnly");
    const answer = await answering(() => new Response("", { status: 303, headers })).fetch(
      request("/console/sign-in", { body: "x" }),
    );
    expect([answer.status, answer.headers.get("location")]).toEqual([303, "/console"]);
    expect(answer.headers.getSetCookie()).toEqual(["a=1; Path=/", "b=2; HttpOnly"]);
    expect([answer.headers.get("x-request-id"), answer.headers.get("vary")]).toEqual([REQUEST_ID, "Origin"]);
  });

  it("as it comes, not when it is complete", async () => {
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    const writer = writable.getWriter();
    const answer = await answering(() => new Response(readable)).fetch(
      request("/v1/forms/f/export.csv", { method: "GET" }),
    );
    const reader = answer.body?.getReader();
    const text = async () => new TextDecoder().decode((await reader?.read())?.value);
    void writer.write(new TextEncoder().encode("first"));
    expect(await text()).toBe("first");
    // Nobody but who has read the first part lets the second be written.
    void writer.write(new TextEncoder().encode("second"));
    expect(await text()).toBe("second");
    await writer.close();
  });

  it("under one name: who gives none gets that which the log of both has", async () => {
    const way = answering(
      () => new Response(null, { headers: { "x-request-id": seen[0]?.headers.get("x-request-id") ?? "" } }),
    );
    const answer = await way.fetch(new Request(`${ADDRESS}/readyz`));
    expect(answer.headers.get("x-request-id")).toMatch(/^req_/);
  });

  const others: Record<string, Sent & { path: string; status: number }> = {
    "a list": { method: "GET", path: "/v1/forms/FORM/responses?limit=1", status: 200 },
    "HEAD of a list": { method: "HEAD", path: "/v1/forms/FORM/responses", status: 200 },
    "a preflight of a submission": {
      method: "OPTIONS",
      path: "/v1/forms/FORM/responses",
      status: 204,
      headers: { origin: "https://a.example", "access-control-request-method": "POST" },
    },
    "OPTIONS of a batch": { method: "OPTIONS", path: "/v1/forms/FORM/responses/batch", status: 204 },
    "a method that a batch has not": { method: "PUT", path: "/v1/forms/FORM/responses/batch", body: {}, status: 405 },
    "an address that there is not": { method: "GET", path: "/nowhere", status: 404 },
    "a submission to an address that is none": { path: "/v1/forms/FORM/responses/", body: { answers }, status: 404 },
    "the hosted form": { method: "GET", path: "/f/FORM", status: 200 },
    "the docs": { method: "GET", path: "/openapi.json", status: 200 },
    readiness: { method: "GET", path: "/readyz", status: 200 },
  };
  it.each(Object.entries(others))("%s", async (_, { path, status, ...sent }) => {
    const form = await newForm(key, { questions: QUESTIONS });
    const asked = () => request(path.replace("FORM", form), { ...sent, headers: { ...bearer(key), ...sent.headers } });
    const expected = await readAnswer(await straight.fetch(asked()), form);
    expect(expected.status).toBe(status);
    expect(await readAnswer(await through(straight).fetch(asked()), form)).toEqual(expected);
  });
});

describe("without the API worker", () => {
  const gone = through({ fetch: () => Promise.reject(new Error("Worker formlog not found")) });

  it("responses are taken, and the gateway says that it is up", async () => {
    const form = await newForm(key);
    const sent = await gone.fetch(request(`/v1/forms/${form}/responses`, { body: { answers } }));
    const health = await gone.fetch(request("/healthz", { method: "GET" }));
    expect([sent.status, health.status, await health.json()]).toEqual([201, 200, { status: "ok" }]);
  });

  it("the rest is answered 503, with the request's name and when to come again", async () => {
    const log = vi.spyOn(console, "error");
    const answer = await gone.fetch(request("/v1/forms", { method: "GET" }));
    expect([answer.status, answer.headers.get("retry-after"), answer.headers.get("x-request-id")]).toEqual([
      503,
      "2",
      REQUEST_ID,
    ]);
    expect(answer.headers.get("content-type")).toContain("application/problem+json");
    expect(await answer.json()).toMatchObject({ code: "api_unavailable", requestId: REQUEST_ID });
    const line = JSON.parse(String(log.mock.calls[0]?.[0]));
    expect(line).toMatchObject({ event: "api_unreachable", requestId: REQUEST_ID, path: "/v1/forms" });
  });
});
