/** The API worker: requests, the sweeper once a minute, and the intake queue. */
import { type Env, makeContext } from "./context";
import { newId } from "./core/ids";
import { backUpNightly } from "./dispatch/backup";
import { takeIn } from "./dispatch/intake";
import { sweep } from "./dispatch/sweep";
import { app } from "./http/app";

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
    await takeIn({ shards, opener, now, wake, trace, random: () => Math.random() }, batch);
    await flushCounts();
  },
} satisfies ExportedHandler<Env>;
