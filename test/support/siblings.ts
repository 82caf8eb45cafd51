/**
 * A form with several webhooks, each to a host of its own, and a sweeper that a test turns: what they hear of one
 * another.
 */
import { drain } from "../../src/dispatch/drain";
import { sweep } from "../../src/dispatch/sweep";
import { createReceiver, type Receiver } from "../../src/integrations/webhook/emulator";
import { webhook } from "../../src/integrations/webhook/index";
import { listAudit } from "../../src/services/audit";
import { resumeIntegration } from "../../src/services/integration-control";
import { createIntegration } from "../../src/services/new-integration";
import type { WakeUp } from "../../src/store/cursors";
import { listSegments, type Segment } from "../../src/store/shards";
import { type Clock, createWorld } from "./world";

export const MINUTE = 60_000;
export const DAY = 24 * 60 * MINUTE;

export type Siblings = Awaited<ReturnType<typeof createSiblings>>;

/**
 * A form whose own integration (`world.named`) sends everything to the host `first`; of one segment, or of so many
 * responses each.
 */
export async function createSiblings({ segmentMax }: { segmentMax?: number } = {}) {
  const clock: Clock = { now: Math.max(Date.now(), 1_795_464_000_000) };
  const receivers = new Map<string, Receiver>();
  const at = (host: string): Receiver => {
    const known = receivers.get(host) ?? createReceiver({ now: () => clock.now });
    receivers.set(host, known);
    return known;
  };
  const urlOf = (host: string) => `https://${host}.formlog-tests.io/hook`;
  const fetch = (request: Request) => at(new URL(request.url).hostname.split(".")[0] ?? "").fetch(request);
  const world = await createWorld({
    kind: webhook,
    config: { url: urlOf("first") },
    definition: { title: "Notices", questions: [{ ref: "name", type: "short_text", title: "Name" }] },
    fetch,
    settings: {},
    clock,
    segmentMax,
  });
  const { ctx, workspace, form } = world;
  const { shard, segment, integration: no } = await world.wakeUp();

  const segments = () => listSegments(ctx.shards, form);

  /**
   * Lets time pass, and then one sweep and everything that it rings for in this form, one after the other, or at once.
   */
  async function turn(after = MINUTE, { together = false } = {}): Promise<void> {
    clock.now += after;
    const rung: WakeUp[] = [];
    await sweep({ ...ctx, wake: async (wakeUps) => void rung.push(...wakeUps) }, clock.now);
    const own = await segments();
    const due = rung.filter((one) => own.some(({ shard, no }) => shard === one.shard && no === one.segment));
    if (together) await Promise.all(due.map((wakeUp) => drain(world.engine(), wakeUp)));
    else for (const wakeUp of due) await drain(world.engine(), wakeUp);
  }

  return {
    world,
    clock,
    /** The form's first segment, and the database that it lies in. */
    segment,
    db: ctx.shards.get(shard).db,
    /** Number of the form's own integration. */
    no,
    fetch,
    /** The receiver behind a host. */
    at,
    turn,
    async turns(count: number, after?: number): Promise<void> {
      for (let i = 0; i < count; i += 1) await turn(after);
    },
    /** Another webhook of the form; it wants what happens to others unless told. */
    async add(host: string, config: Record<string, unknown> = {}) {
      const events = ["integration.blocked", "integration.recovered"];
      const whole = { url: urlOf(host), events, ...config };
      const made = await createIntegration(ctx, workspace, { form, kind: "webhook", config: whole });
      return { form, integration: made.id };
    },
    /** The form's own integration is stopped at its next response. */
    async stop(): Promise<void> {
      at("first").faults.push({ mode: "gone" });
      await world.submit({ name: "Asha" });
      await turn();
    },
    async mend(): Promise<void> {
      at("first").faults.splice(0);
      await resumeIntegration(ctx, workspace, world.named);
      await turn();
    },
    told: (host: string) => at(host).received.map(({ body }) => JSON.parse(body)),
    typesAt: (host: string) => at(host).received.map(({ body }) => JSON.parse(body).type as string),
    /** What the audit log has of Formlog itself, oldest first. */
    async audit() {
      const { items } = await listAudit(ctx, workspace, { limit: 50 });
      return items.filter(({ actor }) => actor === "system").toReversed();
    },
    /** Rows of the form's segments. */
    async rows(table: "notices" | "deliveries" | "attempts"): Promise<Record<string, unknown>[]> {
      const key = table === "notices" ? "id" : "feed = 2 AND position";
      const sql = `SELECT * FROM ${table} WHERE ${key} > ?1 * 8589934592 AND ${key === "id" ? "id" : "position"} < (?1 + 1) * 8589934592`;
      const read = ({ shard, no }: Segment) => ctx.shards.get(shard).db.prepare(sql).bind(no).all();
      return (await Promise.all((await segments()).map(read))).flatMap(({ results }) => results);
    },
  };
}
