/** Workers of a test that die at a call: nothing that they were about to do happens any more. */
import { createGate, gatedShards } from "../chaos/simulation/gate";
import type { World } from "./world";

const random = { next: () => 0.5, chance: () => false, below: () => 0, pick: () => undefined };

export interface Death {
  /** The first create of a message, or the n-th call to D1 or to the provider. */
  readonly at: "create" | number;
  readonly side: "before" | "after";
  readonly fetch: (request: Request) => Promise<Response>;
}

/** A wake-up whose worker dies there. Returns `ended` when it never came there. */
export async function dieAt(world: World, { at, side, fetch }: Death) {
  let calls = 0;
  let creating = false;
  const decide = () => {
    calls += 1;
    return (at === "create" ? creating : calls === at) ? (`crash_${side}` as const) : "go";
  };
  const gate = createGate({ random, decide });
  world
    .wakeOnce({
      shards: gatedShards(world.ctx.shards, gate),
      fetch(request) {
        creating = request.method === "POST";
        return gate.pass("provider", () => fetch(request));
      },
    })
    .then(gate.end, gate.end);
  return gate.idle();
}
