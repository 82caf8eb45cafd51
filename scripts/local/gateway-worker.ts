/**
 * The gateway as `wrangler dev` runs it: that calls the scheduled handler of the first worker only, which is the
 * gateway, so it is passed on to the API worker here. In the cloud the cron calls the API worker itself.
 */
import type { GatewayBindings } from "../../src/gateway/context";
import gateway from "../../src/gateway/worker";

interface Local extends GatewayBindings {
  /** Has this by the compatibility flag `service_binding_extra_handlers`. */
  readonly API: GatewayBindings["API"] & { scheduled(at: { cron: string }): Promise<{ outcome: string }> };
}

export default {
  fetch: gateway.fetch,
  async scheduled({ cron }, env) {
    const { outcome } = await env.API.scheduled({ cron });
    if (outcome !== "ok") throw new Error(`the sweep ended with ${outcome}`);
  },
} satisfies ExportedHandler<Local>;
