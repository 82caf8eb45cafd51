/**
 * One run: a form with one integration, several workers that may crash or hang at every call, a queue that drops,
 * doubles, delays and reorders, a provider that fails in every way, people who submit, edit and erase, an operator who
 * pauses, resumes, replays and compares. Afterwards everything is mended, time passes, and what stands at the provider
 * is compared with the log.
 */
import { drain } from "../../../src/dispatch/drain";
import type { Engine } from "../../../src/dispatch/engine";
import { editResponse } from "../../../src/services/edit";
import { pauseIntegration, resumeIntegration } from "../../../src/services/integration-control";
import { replayIntegration } from "../../../src/services/integration-replay";
import { reconcileIntegration } from "../../../src/services/reconciliations";
import { eraseResponse } from "../../../src/services/responses";
import { reviewResponse } from "../../../src/services/review";
import type { WakeUp } from "../../../src/store/cursors";
import { gatedD1 } from "../../support/gated-d1";
import type { Clock, World } from "../../support/world";
import { createGate, type Decision, type Gate, gatedShards } from "./gate";
import { createRandom, type Random } from "./random";

/** What a simulated provider lets the simulator do and see. */
export interface Provider {
  readonly fetch: (request: Request) => Promise<Response>;
  /** Of kinds that keep an index, which call nobody else. */
  readonly index?: D1Database;
  /** Makes the next call fail in a way of the provider's choice. */
  failNext(random: Random): void;
  heal(): void;
  /** A copy of a call may arrive any time later; false: it is lost when its worker has waited too long. */
  readonly lateCallsArrive: boolean;
}

export interface Run {
  readonly world: World;
  readonly clock: Clock;
  readonly provider: Provider;
  /** The n-th person's answers. */
  readonly answers: (n: number) => Record<string, unknown>;
  readonly edits: boolean;
  /** Milliseconds that may pass at once, besides those of all kinds. */
  readonly pauses?: readonly number[];
  /** The provider can be asked what it has; true unless told. */
  readonly compared?: boolean;
  /** A build with a fault put in on purpose. */
  readonly broken?: Partial<Engine>;
}

interface Worker {
  readonly gate: Gate;
  readonly startedAt: number;
}

const STEPS = 80;
/** A call that hangs for longer is given up by its client, and by the provider. */
const CALL_MS = 30_000;

/** What people expect to find: ids in the order of the log, with the newest name, or null when erased. */
export type Expected = Map<string, string | null>;

export async function simulate(seed: number, run: Run): Promise<Expected> {
  const random = createRandom(seed);
  const { world, clock, provider } = run;
  const queue: { wakeUp: WakeUp; at: number }[] = [];
  const workers: Worker[] = [];
  const expected: Expected = new Map();
  let people = 0;

  const send = (wakeUp: WakeUp) => {
    if (random.chance(0.2)) return; // lost
    const copies = random.chance(0.2) ? 2 : 1;
    for (let i = 0; i < copies; i += 1)
      queue.push({ wakeUp, at: Math.max(clock.now, wakeUp.notBefore) + random.below(5_000) });
  };

  const decide = (call: "d1" | "provider"): Decision => {
    if (call === "provider" && random.chance(0.25)) provider.failNext(random);
    const draw = random.next();
    if (draw < 0.012) return "crash_before";
    if (draw < 0.024) return "crash_after";
    return draw < 0.05 ? "hold" : "go";
  };

  async function start(wakeUp: WakeUp): Promise<void> {
    const gate = createGate({ random, decide });
    const worker = { gate, startedAt: clock.now };
    workers.push(worker);
    const engine = world.engine({
      shards: gatedShards(world.ctx.shards, gate),
      fetch: (request) => gate.pass("provider", () => provider.fetch(request)),
      ...(provider.index && { index: gatedD1(provider.index, (call) => gate.pass("provider", call)) }),
      random: random.next,
      // It may die in its sleep, or others may be awake for longer.
      sleep: (milliseconds) =>
        gate.pass("d1", async () => {
          clock.now += milliseconds;
        }),
      wake: async (wakeUps) => wakeUps.forEach(send),
      ...run.broken,
    });
    drain(engine, wakeUp).then(gate.end, gate.end);
    await gate.idle();
  }

  async function goOn(worker: Worker | undefined): Promise<void> {
    if (!worker) return;
    const late = clock.now - worker.startedAt > CALL_MS;
    if (late && !provider.lateCallsArrive) return worker.gate.kill();
    worker.gate.release();
    await worker.gate.idle();
  }

  const held = () => workers.filter(({ gate }) => gate.state() === "held");

  async function actOnce(): Promise<void> {
    const known = [...expected].filter(([, name]) => name !== null).map(([id]) => id);
    const id = run.edits && random.chance(0.3) ? random.pick(known) : undefined;
    if (id === undefined) {
      const count = 1 + random.below(4);
      const all = Array.from({ length: count }, (_, i) => run.answers(people + i));
      const ids = await world.submit(...all);
      for (const [i, made] of ids.entries()) expected.set(made, String(all[i]?.name));
      people += count;
      return;
    }
    const at = { form: world.form, response: id, precondition: "any" } as const;
    if (random.chance(0.25)) {
      await eraseResponse(world.ctx, world.workspace, at);
      expected.set(id, null);
    } else {
      const name = `edited ${random.below(1_000)}`;
      await editResponse(world.ctx, world.workspace, { ...at, answers: { name } });
      // In the same feed; a webhook's business only.
      await reviewResponse(world.ctx, world.workspace, { ...at, state: "approved" });
      expected.set(id, name);
    }
  }

  /** What an operator presses, at the worst moments. A paused integration may be asked for nothing. */
  async function pressOnce(): Promise<void> {
    const { ctx, workspace, named } = world;
    const { state } = await world.cursor();
    if (state === "paused") return void (await resumeIntegration(ctx, workspace, named));
    const draw = random.next();
    if (draw < 0.3) await pauseIntegration(ctx, workspace, named);
    else if (draw < 0.5) await resumeIntegration(ctx, workspace, named);
    else if (draw < 0.8) {
      if (run.compared !== false) await reconcileIntegration(ctx, workspace, named);
    } else {
      const one = random.pick([...expected.keys()]);
      const some = one !== undefined && random.chance(0.5) ? { responses: [one] } : { from: one ?? "beginning" };
      await replayIntegration(ctx, workspace, { ...named, ...some });
    }
  }

  for (let step = 0; step < STEPS; step += 1) {
    const draw = random.next();
    if (draw < 0.17) await actOnce();
    else if (draw < 0.2) await pressOnce();
    else if (draw < 0.5) {
      const due = queue.filter(({ at }) => at <= clock.now);
      const message = random.pick(due);
      if (message) {
        queue.splice(queue.indexOf(message), 1);
        await start(message.wakeUp);
      }
    } else if (draw < 0.65) {
      for (const wakeUp of await world.due()) send(wakeUp);
    } else if (draw < 0.8) await goOn(random.pick(held()));
    else clock.now += random.pick([500, 3_000, 15_000, 25_000, 120_000, ...(run.pauses ?? [])]) ?? 0;
  }

  // Everything is mended: what still hangs arrives now, or never.
  provider.heal();
  await resumeIntegration(world.ctx, world.workspace, world.named);
  for (const worker of held()) {
    if (random.chance(0.5)) worker.gate.kill();
    else await finish(worker, (w) => goOn(w));
  }
  await world.run(run.broken);
  const { positions } = await world.view();
  if (world.segmentMax !== undefined && expected.size > 2 * world.segmentMax && positions.length < 2) {
    throw new Error("the form did not go on in another segment");
  }
  return expected;
}

async function finish(worker: Worker, goOn: (worker: Worker) => Promise<void>): Promise<void> {
  for (let i = 0; i < 50 && worker.gate.state() === "held"; i += 1) await goOn(worker);
}
