/** The webhook kind in simulated runs: a receiver that fails, keeps every event, and is a validator too. */
import { expect } from "vitest";
import { createReceiver } from "../../../src/integrations/webhook/emulator";
import { webhook } from "../../../src/integrations/webhook/index";
import { rotateConnection } from "../../../src/services/connections";
import { type Clock, createWorld } from "../../support/world";
import { answers, definition, START } from "./form";
import type { Setting } from "./providers";
import { rowsOfAll } from "./runs";
import type { Expected, Provider, Run } from "./simulator";

/** What the simulated receiver flags. */
const DOUBTED = "3";

export interface SimulatedWebhook {
  readonly run: Run;
  /** Every event as it came, repeats included. */
  received(): { readonly id: string; readonly body: string }[];
}

export async function hooks({ kind = webhook, segmentMax }: Setting = {}): Promise<SimulatedWebhook> {
  const clock: Clock = { now: START };
  const receiver = createReceiver({ now: () => clock.now });
  const modes = [
    "error_before",
    "error_after",
    "drop_before",
    "drop_after",
    "rate_limit",
    "outage",
    "redirect",
  ] as const;
  const provider: Provider = {
    fetch: receiver.fetch,
    lateCallsArrive: true,
    failNext: (random) => void receiver.faults.push({ mode: random.pick(modes) ?? "outage", times: 1 }),
    heal: () => void receiver.faults.splice(0),
  };
  const config = { url: "https://receiver.formlog-tests.io/hook" };
  const world = await createWorld({ kind, config, definition, fetch: provider.fetch, settings: {}, clock, segmentMax });
  // It is a validator too: what it answers is applied to the responses.
  const connection = String((await world.view()).config.connection);
  const { secrets } = await rotateConnection(world.ctx, world.workspace, connection);
  receiver.keys.push(secrets?.secret ?? "");
  receiver.verdicts.push({ containing: DOUBTED, flags: [{ rule: "doubted", message: "Look again." }] });
  return {
    run: { world, clock, provider, answers, edits: true, compared: false },
    received: () => [...receiver.received],
  };
}

/**
 * An event has one id at all attempts, and one content at each revision of its response; none is missing, and the
 * receiver's own changes are none. Its flags are those of the newest answers.
 */
export async function checkEvents({ run, received }: SimulatedWebhook, expected: Expected): Promise<void> {
  const contents = new Map<string, string>();
  const events = new Map<string, string>();
  const newest = new Map<string, { revision: number; name: string | null }>();
  for (const { id, body } of received()) {
    const { type, data } = JSON.parse(body);
    const { id: response, revision, answers: given } = data.response;
    const at = `${id}/${revision}`;
    expect(contents.get(at) ?? body, "the content of one id").toBe(body);
    contents.set(at, body);
    expect(events.get(id) ?? `${type} ${response}`).toBe(`${type} ${response}`);
    events.set(id, `${type} ${response}`);
    if ((newest.get(response)?.revision ?? 0) <= revision) newest.set(response, { revision, name: given.name ?? null });
  }
  const created = [...events.values()].filter((event) => event.startsWith("response.created "));
  expect(created.toSorted()).toEqual([...expected.keys()].map((id) => `response.created ${id}`).toSorted());
  const { integration } = run.world.named;
  const changes = await rowsOfAll("SELECT 1 FROM revisions WHERE author IS NOT ?", integration);
  expect(events.size - created.length).toBe(changes.length);
  const results = await rowsOfAll<{ answers: string; flags: string }>(
    "SELECT answers, coalesce(flags, '') AS flags FROM responses WHERE erased_at IS NULL",
  );
  const flagged = results.map(({ answers, flags }) => [answers, flags.includes(integration)]);
  expect(flagged).toEqual(results.map(({ answers }) => [answers, answers.includes(DOUBTED)]));
  expect(new Map([...newest].map(([id, { name }]) => [id, name]))).toEqual(expected);
  const { state, lag, parked } = await run.world.view();
  expect({ state, entries: lag.entries, parked }).toEqual({ state: "active", entries: 0, parked: 0 });
}
