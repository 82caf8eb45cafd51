/** The API worker: requests, the sweeper once a minute, the intake queue and its dead letters. */
import { type Env, makeContext } from "./context";
import { newId } from "./core/ids";
import { backUpNightly } from "./dispatch/backup";
import { keepDead } from "./dispatch/dead-letters";
import { takeIn } from "./dispatch/intake";
import { sweep } from "./dispatch/sweep";
import { app } from "./http/app";

/** Of staging it is `formlog-intake-dead-staging` (scripts/cloud/stage.ts). */
const isDead = ({ queue }: MessageBatch) => queue.startsWith("formlog-intake-dead");

export default {
  fetch: app.fetch,
  async scheduled(_controller, env, execution) {
    const ctx = makeContext(
      env,
      execution,
      newId("run", (bytes) => crypto.getRandomValues(bytes)),
    );
    await sweep(ctx, ctx.now());
    await backUpNightly(ctx);
    await ctx.flushCounts();
  },
  async queue(batch, env, execution) {
    const { shards, opener, now, wake, trace, flushCounts } = makeContext(
      env,
      execution,
      newId("run", (bytes) => crypto.getRandomValues(bytes)),
    );
    const intake = { shards, opener, now, wake, trace, random: () => Math.random() };
    await (isDead(batch) ? keepDead(intake, batch) : takeIn(intake, batch));
    await flushCounts();
  },
} satisfies ExportedHandler<Env>;
