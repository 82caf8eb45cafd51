/**
 * Gradual deployments of gateway and API worker, and the way back, over `wrangler versions`. The workers of the kinds
 * are deployed whole.
 */
import { API, GATEWAY, workerConfigs } from "./config";
import { named, type Stage } from "./stage";
import type { Wrangler } from "./wrangler";

/** Which workers get a share of the requests at first: those that answer the public. */
export const GRADUAL: readonly string[] = [API, GATEWAY];

/** Uploads a new version and gives it so many percent of the requests; the version before it keeps the rest. */
export async function deployPartly(
  wrangler: Wrangler,
  { name, config, percent }: { name: string; config: string; percent: number },
): Promise<void> {
  const [current] = await deployed(wrangler, name);
  if (!current) throw new Error(`${name} was never deployed: the first time it must be whole, without a percentage.`);
  const printed = await wrangler(["versions", "upload", "-c", config]);
  const id = /Version ID: ([0-9a-f-]{36})/.exec(printed)?.[1];
  if (!id) throw new Error(`wrangler did not say which version it uploaded:\n${printed}`);
  await share(wrangler, name, { newest: id, before: current, percent });
  // Queues and the cron are no part of a version.
  await wrangler(["triggers", "deploy", "-c", config]);
}

/**
 * Gives the newest of the versions that share the requests so many percent, of each worker; returns what it did, in
 * words.
 */
export async function rollOut(wrangler: Wrangler, stage: Stage, percent: number): Promise<string> {
  const done: string[] = [];
  for (const name of GRADUAL.map((one) => named(one, stage))) {
    const [newest, before] = await deployed(wrangler, name);
    if (!newest || !before) continue;
    await share(wrangler, name, { newest, before, percent });
    done.push(`${percent} % of the requests to ${name} go to version ${newest}.`);
  }
  if (done.length === 0) throw new Error(`${named(API, stage)} has no gradual deployment under way.`);
  return done.join("\n");
}

/**
 * Every worker back to the version before: the gateway first, so that nothing asks a worker for what it does not know
 * yet.
 */
export async function rollBack(wrangler: Wrangler, stage: Stage, say: (line: string) => void): Promise<void> {
  for (const { name } of workerConfigs(stage).toReversed()) {
    if ((await versionsOf(wrangler, name)).length < 2) {
      say(`${name} has no version before: it stays.`);
      continue;
    }
    say(`Rolling back ${name}`);
    await wrangler(["rollback", "--name", name, "--yes", "--message", "npm run rollback"]);
  }
  say("The databases are as they are: migrations only add, and the version before leaves what it does not know.");
}

async function share(
  wrangler: Wrangler,
  name: string,
  { newest, before, percent }: { newest: string; before: string; percent: number },
): Promise<void> {
  const shares = percent === 100 ? [`${newest}@100`] : [`${newest}@${percent}`, `${before}@${100 - percent}`];
  await wrangler(["versions", "deploy", ...shares, "--name", name, "--yes"]);
}

/** Whether a worker was ever deployed. */
export const isDeployed = async (wrangler: Wrangler, name: string): Promise<boolean> =>
  (await deployed(wrangler, name)).length > 0;

/** The versions of the deployment that stands, newest first. */
async function deployed(wrangler: Wrangler, name: string): Promise<string[]> {
  type Deployment = { created_on: string; versions: { version_id: string }[] };
  const deployments = await list<Deployment>(wrangler, "deployments", name).catch(() => []);
  const last = deployments.toSorted((a, b) => a.created_on.localeCompare(b.created_on)).at(-1);
  if (!last) return [];
  const versions = await versionsOf(wrangler, name);
  const place = (id: string) => versions.indexOf(id);
  return last.versions.map((one) => one.version_id).toSorted((a, b) => place(b) - place(a));
}

/** Oldest first, as wrangler lists them. */
const versionsOf = async (wrangler: Wrangler, name: string): Promise<string[]> =>
  (await list<{ id: string }>(wrangler, "versions", name)).map(({ id }) => id);

const list = async <T>(wrangler: Wrangler, what: "deployments" | "versions", name: string): Promise<T[]> =>
  JSON.parse(await wrangler([what, "list", "--name", name, "--json"])) as T[];

/** A percentage of a command line. Throws a TypeError. */
export function readPercent(text: string): number {
  const percent = Number(text);
  if (!Number.isInteger(percent) || percent < 1 || percent > 100) {
    throw new TypeError(`"${text}" is no percentage: a number from 1 to 100.`);
  }
  return percent;
}
