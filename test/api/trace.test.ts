import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { Env } from "../../src/context";
import type { Definition } from "../../src/core/form";
import { drain } from "../../src/dispatch/drain";
import { app } from "../../src/http/app";
import { createReceiver } from "../../src/integrations/webhook/emulator";
import { webhook } from "../../src/integrations/webhook/index";
import type { WakeUp } from "../../src/store/cursors";
import { onlyOnOneShard } from "../support/shards";
import { createWorld } from "../support/world";

const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const NAMED: Definition = { title: "Traced", questions: [{ ref: "name", type: "short_text", title: "Name" }] };

let lines: Record<string, unknown>[] = [];
let sent: WakeUp[] = [];
beforeEach(() => {
  [lines, sent] = [[], []];
  for (const level of ["info", "warn", "error"] as const) {
    vi.spyOn(console, level).mockImplementation((line) => void lines.push(JSON.parse(line)));
  }
});

/** An API worker of its own, whose queue is in our hands. */
const own = () => {
  const sendBatch = async (messages: { body: WakeUp }[]) => void sent.push(...messages.map(({ body }) => body));
  return { ...env, DB: Object.create(env.DB), QUEUE_WEBHOOK: { sendBatch } } as unknown as Env;
};

async function makeWorld() {
  const clock = { now: Date.now() };
  const receiver = createReceiver({ now: () => clock.now });
  const calls: (string | null)[] = [];
  const fetch = (request: Request) => {
    calls.push(request.headers.get("traceparent"));
    return receiver.fetch(request);
  };
  const config = { url: "https://receiver.formlog-tests.io/hook" };
  const world = await createWorld({ kind: webhook, config, definition: NAMED, fetch, settings: {}, clock });
  return { world, receiver, calls };
}

async function submitTo(form: string, headers: Record<string, string>, bindings = own()) {
  const work: Promise<unknown>[] = [];
  const execution = { waitUntil: (promise: Promise<unknown>) => void work.push(promise), passThroughOnException() {} };
  const json = { "content-type": "application/json", ...headers };
  const init = { method: "POST", headers: json, body: JSON.stringify({ answers: { name: "Asha" } }) };
  const request = new Request(`http://formlog.test/v1/forms/${form}/responses`, init);
  const answer = await app.fetch(request, bindings, execution as unknown as ExecutionContext);
  await Promise.all(work);
  return answer;
}

describe("the trace of a request", () => {
  it("goes with its wake-up into the logs of the kind's worker and the call of the provider", async () => {
    const { world, calls, receiver } = await makeWorld();
    const headers = { "x-request-id": "client-7f3a9b", traceparent: `00-${TRACE}-00f067aa0ba902b7-01` };
    const answer = await submitTo(world.form, headers);
    expect([answer.status, answer.headers.get("x-request-id")]).toEqual([201, "client-7f3a9b"]);
    expect(sent).toMatchObject([{ trace: { request: "client-7f3a9b", id: TRACE, flags: "01" } }]);
    for (const wakeUp of sent) await drain(world.engine(), wakeUp);
    expect(receiver.received).toHaveLength(1);
    expect(calls).toEqual([expect.stringMatching(`^00-${TRACE}-[0-9a-f]{16}-01$`)]);
    expect(calls[0]).not.toContain("00f067aa0ba902b7");
    const own = lines.filter(({ event }) => event === "page_settled");
    expect(own).toMatchObject([{ requestId: "client-7f3a9b", traceId: TRACE }]);
  });

  onlyOnOneShard("each response rings for a segment of its own").it(
    "is that of the request that rang; the next within two seconds rings no more, and its response goes along",
    async () => {
      const { world, receiver, calls } = await makeWorld();
      const bindings = own();
      await submitTo(world.form, { "x-request-id": "first-rings" }, bindings);
      await submitTo(world.form, { "x-request-id": "second-does-not" }, bindings);
      expect(sent.map(({ trace }) => trace?.request)).toEqual(["first-rings"]);
      for (const wakeUp of sent) await drain(world.engine(), wakeUp);
      expect(receiver.received).toHaveLength(2);
      expect(calls.map((call) => call?.slice(3, 35))).toEqual([sent[0]?.trace?.id, sent[0]?.trace?.id]);
    },
  );

  onlyOnOneShard("each response rings for a segment of its own").it(
    "goes on with the wake-up of what has to wait",
    async () => {
      const { world, receiver } = await makeWorld();
      receiver.faults.push({ mode: "outage" });
      await submitTo(world.form, { "x-request-id": "must-wait-long" });
      await world.submit(...["Bea", "Cid", "Dora"].map((name) => ({ name })));
      const again: WakeUp[] = [];
      const wake = async (wakeUps: readonly WakeUp[]) => void again.push(...wakeUps);
      for (const wakeUp of sent) await drain(world.engine({ wake }), wakeUp);
      expect(again.map(({ trace }) => trace)).toEqual([sent[0]?.trace]);
    },
  );
});
