/** Loads what an integration needs to do its work: config, opened secrets, the form's definitions. */
import type { Definition } from "../core/form";
import { holdsFormer, withFormer } from "../core/former";
import type { LogAddress } from "../core/ids";
import type { Deps } from "../core/integration";
import type { OptOuts, Quotas } from "../core/recipients";
import type { ResponseRecord } from "../core/response";
import { unseal } from "../core/seal";
import type { Cursor } from "../store/cursors";
import { findClaimed } from "../store/deliveries";
import { readDefinitions } from "../store/form-reads";
import type { IntegrationSetup } from "../store/integrations";
import { giveBackQuotas, takeQuotas } from "../store/quotas";
import type { Shard } from "../store/shards";
import { addSuppressed, findSuppressed, removeSuppressed } from "../store/suppressions";
import { askForTurns, readPlaces } from "./all-segments";
import { annotateAll } from "./annotate";
import type { Engine } from "./engine";
import { type IndexDatabases, makeIndex } from "./index-writer";
import { readLexicon } from "./lexicon";

/**
 * The dependencies of an integration, or a sentence that says why it cannot work (`blocked`). Only who holds a cursor
 * may write an index.
 */
export async function makeDeps(
  engine: Engine,
  setup: IntegrationSetup,
  { shard = engine.shards.get(0), cursor }: { shard?: Shard; cursor?: Cursor } = {},
): Promise<Deps | { blocked: string }> {
  const { kind, config } = engine;
  const { integration, form } = setup;
  const secrets = await readSecrets(engine, setup);
  if ("blocked" in secrets) return secrets;
  const parsed = kind.manifest.config.safeParse(integration.config);
  if (!parsed.success) return { blocked: "The configuration does not fit this version of the kind. Save it again." };
  if (kind.manifest.index && !engine.index) {
    return { blocked: "The worker of this kind is not bound to SEARCH_DB: deploy it with its wrangler.toml." };
  }
  const owner = { integration: integration.no, shard: shard.no, segment: cursor?.segment, epoch: cursor?.epoch };
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
    optOuts: optOutsOf(engine, integration),
    quotas: quotasOf(engine),
    annotate: (annotations) => {
      const { now, wake } = engine;
      const { id } = integration;
      return annotateAll({ shard, now, wake, source: id, author: id, holder: cursor ?? null }, annotations);
    },
    memory: engine.memory,
    ...(kind.manifest.index &&
      engine.index && {
        index: makeIndex(databasesOf(engine, engine.index), owner),
        responses: (places: readonly LogAddress[]) => readPlaces(engine, form.id, places),
        ask: (waiting: readonly LogAddress[]) => askForTurns(engine, integration.no, waiting),
      }),
    ...(kind.manifest.lexicon && { lexicon: () => readLexicon(engine, integration.workspace) }),
  };
}

const databasesOf = ({ kind, config, furtherIndexes = [] }: Engine, first: D1Database): IndexDatabases => ({
  all: kind.manifest.indexTogether ? [first] : [first, ...furtherIndexes],
  capBytes: config.shardCapBytes,
});

/**
 * The same dependencies, with the definitions that these responses pin, and in them what the answers hold of earlier
 * ones.
 */
export async function withDefinitions(engine: Engine, deps: Deps, responses: readonly ResponseRecord[]): Promise<Deps> {
  const { control } = engine.shards;
  const known = new Map<number, Definition>(deps.form.definitions);
  const missing = [...new Set(responses.map((response) => response.version))].filter((version) => !known.has(version));
  if (missing.length > 0) addAll(known, await readDefinitions(control, deps.form.id, missing));
  const edited = responses.filter(({ version, answers }) => {
    const definition = known.get(version);
    return definition !== undefined && holdsFormer(definition, answers);
  });
  if (edited.length > 0) {
    const versions = await readDefinitions(control, deps.form.id);
    for (const [version, holders] of Map.groupBy(edited, (response) => response.version)) {
      const held = new Set(holders.flatMap(({ answers }) => Object.keys(answers)));
      const definition = withFormer(versions, { version, held });
      if (definition) known.set(version, definition);
    }
  }
  return { ...deps, form: { ...deps.form, definitions: known } };
}

function addAll<K, V>(to: Map<K, V>, from: ReadonlyMap<K, V>): void {
  for (const [key, value] of from) to.set(key, value);
}

/**
 * Whose account the environment names is known; whoever makes a connection may name any, and would stop the texts of
 * others by a report that their own token signs. So what is heard through a connection holds for its workspace. The
 * account's own list holds for all who name it; that anybody of them may take a number off it does little harm: the
 * provider keeps its own.
 */
function optOutsOf({ shards, now }: Engine, { workspace, connection }: IntegrationSetup["integration"]): OptOuts {
  const { control } = shards;
  const own = (scope: string) => (connection === null ? scope : `${scope} ${workspace}`);
  const heeded = (scope: string) => [...new Set([scope, own(scope)])];
  return {
    find: (scope, recipients) => findSuppressed(control, heeded(scope), recipients),
    add: (scope, recipient) => addSuppressed(control, own(scope), recipient, now()),
    remove: (scope, recipient) => removeSuppressed(control, heeded(scope), recipient),
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
  if (!connection)
    return {
      blocked: "The connection that this integration names does not exist any more. Name another one in its config.",
    };
  if (!config.keyRing)
    return {
      blocked:
        "The worker of this kind can't open the connection: set FORMLOG_ENCRYPTION_KEY there, as in the API worker.",
    };
  try {
    return { value: kind.manifest.secrets.parse(JSON.parse(await unseal(config.keyRing, connection))) };
  } catch {
    // What failed is not told: the message could hold a part of the secret.
    return {
      blocked: "The connection can't be opened: FORMLOG_ENCRYPTION_KEY has changed. Store the credentials again.",
    };
  }
}
