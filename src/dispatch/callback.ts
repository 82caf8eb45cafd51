/** What a provider posts to us, on the side of the kind's worker: verified there, then written once. */
import { parseDeliveryId } from "../core/ids";
import {
  CALLBACK_DELIVERY,
  CALLBACK_INTEGRATION,
  CALLBACK_URL,
  type CallbackRequest,
  type CallbackResult,
} from "../core/integration";
import { loadSetup } from "../store/integrations";
import { reportDelivery } from "../store/reports";
import * as events from "../telemetry/events";
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
  const result = await engine.kind.callback(await readRequest(request), deps);
  return record(engine, address, result);
}

/** Passes a recipient's message to the kind, which answers the provider. 403: not from the provider. */
export async function acceptInbound(engine: Engine, request: Request): Promise<Response> {
  const id = request.headers.get(CALLBACK_INTEGRATION) ?? "";
  const setup = await loadSetup(engine.shards.control, { id });
  const { manifest } = engine.kind;
  if (setup?.integration.kind !== manifest.kind || !engine.kind.inbound) return answer(404);
  const deps = await makeDeps(engine, setup);
  if ("blocked" in deps) return answer(503);
  const result = await engine.kind.inbound(await readRequest(request), deps);
  if (result.type === "refused") {
    events.inboundRefused({ trace: engine.trace, kind: manifest.kind, reason: result.reason });
    return answer(403);
  }
  events.inboundTaken({ trace: engine.trace, kind: manifest.kind, integration: id });
  return new Response(result.body, { headers: { "content-type": result.contentType } });
}

async function readRequest(request: Request): Promise<CallbackRequest> {
  const url = request.headers.get(CALLBACK_URL) ?? "";
  // Bytes first: a form is text, but the runtime warns about reading one as such.
  const body = new TextDecoder().decode(await request.arrayBuffer());
  return { url, headers: request.headers, body };
}

async function record(
  engine: Engine,
  address: NonNullable<ReturnType<typeof parseDeliveryId>>,
  result: CallbackResult,
): Promise<Response> {
  const { kind } = engine.kind.manifest;
  if (result.type === "refused") {
    events.callbackRefused({ trace: engine.trace, kind, reason: result.reason });
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
      checkAt: failed ? undefined : checkAt(engine, outcome.checkAfterSeconds),
    });
    events.callbackRecorded({ trace: engine.trace, kind, status });
  }
  return answer(204);
}

const checkAt = ({ now }: Engine, afterSeconds: number | undefined) =>
  afterSeconds === undefined ? undefined : now() + afterSeconds * 1000;

const answer = (status: number) => new Response(null, { status });
