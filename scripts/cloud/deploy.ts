/**
 * A deployment to Cloudflare, step by step over `wrangler`, which is given as a function. May be repeated: what is
 * there is left as it is. Order (platform.md section 6): databases, queues, migrations, consumers, API, gateway.
 */
import { catalog } from "../../src/integrations/kinds";
import { databases } from "../databases";
import { API, type DatabaseIds, GATEWAY, type WorkerConfig, workerConfigs } from "./config";
import { deployPartly, GRADUAL, isDeployed } from "./rollout";
import { named, type Stage } from "./stage";
import type { Wrangler } from "./wrangler";

export interface Deployment {
  readonly wrangler: Wrangler;
  readonly configOf: (worker: WorkerConfig, databases: DatabaseIds) => string;
  readonly randomKey: (bytes: number) => string;
  readonly say: (line: string) => void;
  readonly publicUrl: string | undefined;
  /** Whether backups are made, to a bucket of the account. */
  readonly backups: boolean;
  readonly stage: Stage;
  /**
   * Of the requests, how many the new gateway and API worker get at first (rollout.ts gives them the rest); undefined:
   * all.
   */
  readonly percent?: number | undefined;
}

/** Their messages are responses: kept for as long as Cloudflare keeps any (14 days; its default is 4). */
const INTAKE_QUEUES = ["formlog-intake", "formlog-intake-dead"];
const RETENTION_SECONDS = String(14 * 24 * 3600);

/** Deploys everything and returns what is still missing, as lines that say what to do. */
export async function deploy(to: Deployment): Promise<string[]> {
  const ids = await ensureDatabases(to);
  await ensureQueues(to);
  if (to.backups) await ensureBucket(to);
  const workers = workerConfigs(to.stage);
  const gateway = named(GATEWAY, to.stage);
  const gradual = GRADUAL.map((name) => named(name, to.stage));
  const configs = new Map(workers.map((worker) => [worker.name, to.configOf(worker, ids)]));
  for (const { binding, worker } of databases()) {
    to.say(`Applying migrations of ${binding}`);
    await to.wrangler([
      "d1",
      "migrations",
      "apply",
      binding,
      "--remote",
      "-c",
      configs.get(named(worker, to.stage)) ?? "",
    ]);
  }
  let url = to.publicUrl;
  for (const { name } of workers) {
    to.say(`Deploying ${name}`);
    const config = configs.get(name) ?? "";
    // A gateway that was never there is deployed whole: nobody calls it yet.
    const partly =
      to.percent !== undefined && gradual.includes(name) && (name !== gateway || (await isDeployed(to.wrangler, name)));
    if (partly && to.percent !== undefined) {
      await deployPartly(to.wrangler, { name, config, percent: to.percent });
      continue;
    }
    const printed = await to.wrangler(["deploy", "-c", config]);
    if (name === gateway) url ??= /https:\/\/[^\s]+\.workers\.dev/.exec(printed)?.[0];
  }
  return ensureSecrets(to, url);
}

/** Creates the databases of the stage that are not there, and returns the ids of all. */
export async function ensureDatabases({
  wrangler,
  say,
  stage,
}: Pick<Deployment, "wrangler" | "say" | "stage">): Promise<DatabaseIds> {
  const list = async (): Promise<DatabaseIds> => {
    const all = JSON.parse(await wrangler(["d1", "list", "--json"])) as { name: string; uuid: string }[];
    return Object.fromEntries(all.map(({ name, uuid }) => [name, uuid]));
  };
  let known = await list();
  for (const name of databases().map((one) => named(one.name, stage))) {
    if (known[name] !== undefined) continue;
    say(`Creating the database ${name}`);
    await wrangler(["d1", "create", name]);
    known = await list();
    if (known[name] === undefined) {
      throw new Error("The database was created but is not listed yet. Run the deployment again in a minute.");
    }
  }
  return known;
}

async function ensureQueues({ wrangler, say, stage }: Deployment): Promise<void> {
  const listed = await wrangler(["queues", "list"]);
  const names = new Set(listed.split(/[\s│|]+/));
  const wanted = [
    ...INTAKE_QUEUES.map((queue) => [named(queue, stage), "--message-retention-period-secs", RETENTION_SECONDS]),
    ...catalog.map(({ queue }) => [named(queue, stage)]),
  ];
  for (const [queue = "", ...options] of wanted) {
    if (names.has(queue)) continue;
    say(`Creating the queue ${queue}`);
    await wrangler(["queues", "create", queue, ...options]);
  }
}

/** Of wrangler.toml. Its objects are encrypted at rest by R2, and are of whoever may read the account's R2. */
const BUCKET = "formlog-backup";

async function ensureBucket({ wrangler, say, stage }: Deployment): Promise<void> {
  const bucket = named(BUCKET, stage);
  const listed = await wrangler(["r2", "bucket", "list"]).catch((error: Error) => {
    throw new Error(
      `R2 can't be used by this account: enable it in the dashboard, or deploy without backups: FORMLOG_BACKUPS=off npm run deploy\n${error.message}`,
    );
  });
  if (listed.split(/\s+/).includes(bucket)) return;
  say(`Creating the bucket ${bucket}`);
  await wrangler(["r2", "bucket", "create", bucket]);
}

async function ensureSecrets(to: Deployment, url: string | undefined): Promise<string[]> {
  const missing: string[] = [];
  const has = new Map<string, ReadonlySet<string>>();
  const api = named(API, to.stage);
  for (const { name } of workerConfigs(to.stage)) {
    const list = JSON.parse(await to.wrangler(["secret", "list", "--name", name])) as { name: string }[];
    has.set(name, new Set(list.map((secret) => secret.name)));
  }
  const lacks = (worker: string, secret: string) => !has.get(worker)?.has(secret);
  const put = (worker: string, secret: string, value: string) =>
    to.wrangler(["secret", "put", secret, "--name", worker], value);
  if (lacks(api, "FORMLOG_ROOT_KEY")) {
    const key = `root_${to.randomKey(24)}`;
    await put(api, "FORMLOG_ROOT_KEY", key);
    to.say(`Root key (shown only now, keep it): ${key}`);
  }
  const without = [...has.keys()].filter((worker) => lacks(worker, "FORMLOG_ENCRYPTION_KEY"));
  if (without.length === has.size) {
    const key = `k1:${Buffer.from(to.randomKey(32), "hex").toString("base64")}`;
    for (const worker of without) await put(worker, "FORMLOG_ENCRYPTION_KEY", key);
  } else {
    // It can't be read back from the others.
    for (const worker of without)
      missing.push(
        `npx wrangler secret put FORMLOG_ENCRYPTION_KEY --name ${worker}   (the same value as the other workers have)`,
      );
  }
  for (const [worker] of has) {
    if (!lacks(worker, "PUBLIC_URL")) continue;
    if (url) await put(worker, "PUBLIC_URL", url);
    else missing.push(`npx wrangler secret put PUBLIC_URL --name ${worker}   (where this installation is reached)`);
  }
  for (const { kind, settings = {} } of catalog) {
    const worker = named(`formlog-${kind}`, to.stage);
    for (const [name, { secret }] of Object.entries(settings)) {
      if (!secret || !lacks(worker, name)) continue;
      missing.push(`npx wrangler secret put ${name} --name ${worker}   (or store a connection through the API)`);
    }
  }
  if (url) to.say(`Formlog answers at ${url}`);
  return missing;
}
