/** Loads what an integration needs to do its work: config, opened secrets, the form's definitions. */
import type { Definition } from "../core/form";
import type { Deps, OptOuts, Quotas } from "../core/integration";
import type { ResponseRecord } from "../core/response";
import { unseal } from "../core/seal";
import { findClaimed } from "../store/deliveries";
import { readDefinitions } from "../store/forms";
import type { IntegrationSetup } from "../store/integrations";
import { giveBackQuotas, takeQuotas } from "../store/quotas";
import { addSuppressed, findSuppressed, removeSuppressed } from "../store/suppressions";
import type { Engine } from "./engine";

/** The dependencies of an integration, or a sentence that says why it cannot work (`blocked`). */
export async function makeDeps(
  engine: Engine,
  setup: IntegrationSetup,
  shard = engine.shards.get(0),
): Promise<Deps | { blocked: string }> {
  const { kind, config } = engine;
  const { integration, form } = setup;
  const secrets = await readSecrets(engine, setup);
  if ("blocked" in secrets) return secrets;
  const parsed = kind.manifest.config.safeParse(integration.config);
  if (!parsed.success) return { blocked: "The configuration does not fit this version of the kind. Save it again." };
  return {
    fetch: engine.fetch,
    now: engine.now,
    config: parsed.data,
    secrets: secrets.value,
    integration: { id: integration.id },
    workspace: integration.workspace,
    form: { ...form, definitions: new Map([[form.version, setup.definition]]) },
    publicUrl: config.publicUrl,
    settings: config.settings,
    claimed: (references, entry) => {
      const feed = entry.event === "created" ? 0 : 1;
      return findClaimed(shard.db, { integration: integration.no, feed, position: entry.position }, references);
    },
    optOuts: optOutsOf(engine),
    quotas: quotasOf(engine),
    memory: engine.memory,
  };
}

/** The same dependencies, with the definitions that these responses pin. */
export async function withDefinitions(engine: Engine, deps: Deps, responses: readonly ResponseRecord[]): Promise<Deps> {
  const known = new Map<number, Definition>(deps.form.definitions);
  const missing = [...new Set(responses.map((response) => response.version))].filter((version) => !known.has(version));
  if (missing.length === 0) return deps;
  for (const [version, definition] of await readDefinitions(engine.shards.control, deps.form.id, missing)) {
    known.set(version, definition);
  }
  return { ...deps, form: { ...deps.form, definitions: known } };
}

function optOutsOf({ shards, now }: Engine): OptOuts {
  const { control } = shards;
  return {
    find: (scope, recipients) => findSuppressed(control, scope, recipients),
    add: (scope, recipient) => addSuppressed(control, scope, recipient, now()),
    remove: (scope, recipient) => removeSuppressed(control, scope, recipient),
  };
}

function quotasOf({ shards: { control } }: Engine): Quotas {
  return {
    take: (at, uses) => takeQuotas(control, at, uses),
    giveBack: (at, uses) => giveBackQuotas(control, at, uses),
  };
}

async function readSecrets(
  { kind, config }: Engine,
  { integration, connection }: IntegrationSetup,
): Promise<{ value: unknown } | { blocked: string }> {
  if (integration.connection === null) {
    const value = kind.manifest.secretsFromEnv(config.settings);
    if (value !== null) return { value };
    return {
      blocked: "There are no credentials: add a connection, or set them in the environment of this kind's worker.",
    };
  }
  if (!connection) return { blocked: "The connection that this integration names does not exist any more." };
  if (!config.keyRing)
    return { blocked: "The worker of this kind has no FORMLOG_ENCRYPTION_KEY to open the connection." };
  try {
    return { value: kind.manifest.secrets.parse(JSON.parse(await unseal(config.keyRing, connection))) };
  } catch {
    // What failed is not told: the message could hold a part of the secret.
    return {
      blocked: "The connection can't be opened: FORMLOG_ENCRYPTION_KEY has changed. Store the credentials again.",
    };
  }
}
