/** Gradual deployments of the API worker, and the way back, over `wrangler versions`. The workers of the kinds are deployed whole. */
import { workerConfigs } from "./config";
import { named, type Stage } from "./stage";
import type { Wrangler } from "./wrangler";

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

/** Gives the newest of the versions that share the requests so many percent; returns what it did, in words. */
export async function rollOut(wrangler: Wrangler, stage: Stage, percent: number): Promise<string> {
  const name = named("formlog", stage);
  const [newest, before] = await deployed(wrangler, name);
  if (!newest || !before) throw new Error(`${name} has no gradual deployment under way.`);
  await share(wrangler, name, { newest, before, percent });
  return `${percent} % of the requests to ${name} go to version ${newest}.`;
}

/** Every worker back to the version before: the API first, so that nothing asks a worker for what it does not know yet. */
export async function rollBack(wrangler: Wrangler, stage: Stage, say: (line: string) => void): Promise<void> {
  for (const { name } of workerConfigs(stage).toReversed()) {
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

/** The versions of the deployment that stands, newest first. */
async function deployed(wrangler: Wrangler, name: string): Promise<string[]> {
  const list = async <T>(what: "deployments" | "versions") =>
    JSON.parse(await wrangler([what, "list", "--name", name, "--json"])) as T[];
  const deployments = await list<{ created_on: string; versions: { version_id: string }[] }>("deployments").catch(
    () => [],
  );
  const last = deployments.toSorted((a, b) => a.created_on.localeCompare(b.created_on)).at(-1);
  if (!last) return [];
  // Oldest first, as wrangler lists them.
  const versions = (await list<{ id: string }>("versions")).map(({ id }) => id);
  const place = (id: string) => versions.indexOf(id);
  return last.versions.map((one) => one.version_id).toSorted((a, b) => place(b) - place(a));
}

/** A percentage of a command line. Throws a TypeError. */
export function readPercent(text: string): number {
  const percent = Number(text);
  if (!Number.isInteger(percent) || percent < 1 || percent > 100) {
    throw new TypeError(`"${text}" is no percentage: a number from 1 to 100.`);
  }
  return percent;
}
