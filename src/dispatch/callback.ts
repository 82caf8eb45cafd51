/** Callbacks of a provider about a delivery, on the side of the kind's worker: verified there, then written once. */
import { parseDeliveryId } from "../core/ids";
import { CALLBACK_DELIVERY, CALLBACK_URL, type CallbackResult } from "../core/integration";
import { reportDelivery } from "../store/deliveries";
import { loadSetup } from "../store/integrations";
import { logEvent } from "../telemetry/log";
import { makeDeps } from "./deps";
import type { Engine } from "./engine";

/** Verifies a callback and records what it reports. 403: not from the provider. Repeats and old news change nothing. */
export async function acceptCallback(engine: Engine, request: Request): Promise<Response> {
  const address = parseDeliveryId(request.headers.get(CALLBACK_DELIVERY) ?? "");
  const setup = address && (await loadSetup(engine.shards.control, { no: address.integration }));
  if (!address || !setup || setup.integration.kind !== engine.kind.manifest.kind || !engine.kind.callback)
    return answer(404);
  const deps = await makeDeps(engine, setup);
  if ("blocked" in deps) return answer(503);
  const url = request.headers.get(CALLBACK_URL) ?? "";
  // Bytes first: a form is text, but the runtime warns about reading one as such.
  const body = new TextDecoder().decode(await request.arrayBuffer());
  const result = await engine.kind.callback({ url, headers: request.headers, body }, deps);
  return record(engine, address, result);
}

async function record(
  engine: Engine,
  address: NonNullable<ReturnType<typeof parseDeliveryId>>,
  result: CallbackResult,
): Promise<Response> {
  const { kind } = engine.kind.manifest;
  if (result.type === "refused") {
    logEvent("warn", "callback_refused", { kind, reason: result.reason });
    return answer(403);
  }
  if (result.type === "report") {
    const { outcome, reference, status, rank } = result;
    const failed = outcome.type !== "delivered";
    await reportDelivery(engine.shards.get(address.shard).db, address, {
      reference,
      status,
      rank,
      state: failed ? "parked" : "delivered",
      reason: failed ? outcome.reason : null,
    });
    logEvent("info", "callback_recorded", { kind, status });
  }
  return answer(204);
}

const answer = (status: number) => new Response(null, { status });
