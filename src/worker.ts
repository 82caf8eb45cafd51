/** The API worker: requests, and the sweeper once a minute. */
import { type Env, makeContext } from "./context";
import { newId } from "./core/ids";
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
    await sweep(ctx.shards, ctx.wake, ctx.now());
  },
} satisfies ExportedHandler<Env>;
