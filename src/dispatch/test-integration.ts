/** `POST …/test`, on the side of the kind's worker: it alone holds the credentials. */
import { loadSetup } from "../store/integrations";
import { makeDeps } from "./deps";
import type { Engine } from "./engine";

/** Answers `TestResult` for the integration that the body names. */
export async function testIntegration(engine: Engine, request: Request): Promise<Response> {
  const { integration } = await request.json<{ integration: string }>();
  const setup = await loadSetup(engine.shards.control, { id: integration });
  if (!setup) return Response.json({ ok: false, detail: "The integration does not exist any more." });
  const deps = await makeDeps(engine, setup);
  if ("blocked" in deps) return Response.json({ ok: false, detail: deps.blocked });
  return Response.json(await engine.kind.test(deps));
}
