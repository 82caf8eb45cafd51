/**
 * `npm run restore -- [--from folder] [--backup id] [--url https://your-installation] [--erased file]
 * [--without-keys]`: puts a backup into an empty installation. Of a folder, or of the bucket that the installation is
 * bound to; the newest one unless told.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import type { BackupManifest, Erasures } from "../src/core/backup";
import { manifestName } from "../src/core/backup";
import type { RestoreView } from "../src/services/restore";
import { readOptions } from "./options";
import { askAsRoot, findInstallation, postAsRoot, ROOT_KEY_UNKNOWN } from "./root-key";

const { values } = readOptions(
  "npm run restore -- [--from folder] [--backup id] [--url https://your-installation] [--erased file] [--without-keys]",
  {
    options: {
      from: { type: "string" },
      backup: { type: "string" },
      url: { type: "string" },
      erased: { type: "string" },
      "without-keys": { type: "boolean", default: false },
    },
  },
);
const installation = findInstallation(values.url);

function stop(why: string): never {
  console.error(why);
  process.exit(2);
}
if (!installation.rootKey) stop(ROOT_KEY_UNKNOWN);

const SUFFIX = manifestName("");
const backup = values.backup ?? (values.from === undefined ? undefined : newestIn(values.from));
if (backup === undefined) stop("Say which backup: --backup bak_…, or --from a folder that has one.");

/** Ids begin with the time. */
function newestIn(folder: string): string | undefined {
  const manifests = readdirSync(folder).filter((name) => name.endsWith(SUFFIX));
  return manifests.toSorted().at(-1)?.slice(0, -SUFFIX.length);
}

async function upload(folder: string, id: string): Promise<void> {
  const send = (name: string) =>
    askAsRoot(installation, `/v1/backups/objects/${name}`, {
      method: "PUT",
      headers: { "content-type": "application/octet-stream" },
      body: readFileSync(path.join(folder, name)),
    });
  const { parts } = JSON.parse(readFileSync(path.join(folder, manifestName(id)), "utf8")) as BackupManifest;
  for (const { object } of parts) await send(object);
  await send(manifestName(id));
  console.log(`${parts.length + 1} objects put into the bucket.`);
}

/** A folder that `npm run backup -- --to` wrote has the list of that time; a newer one may be named. */
function readErased(): Erasures | undefined {
  const own = values.from === undefined ? undefined : path.join(values.from, "erased.json");
  const file = values.erased ?? (own !== undefined && existsSync(own) ? own : undefined);
  return file === undefined ? undefined : (JSON.parse(readFileSync(file, "utf8")) as Erasures);
}

if (values.from !== undefined) await upload(values.from, backup);
const erased = readErased();
const body = {
  backup,
  ...(erased && { erased }),
  ...(values["without-keys"] && { withoutKeys: true }),
};
let view = await postAsRoot<RestoreView>(installation, "/v1/restores", body);
while (view.state === "running") {
  console.log(`${view.parts.done} of ${view.parts.all} parts, ${view.rows} rows …`);
  view = await postAsRoot<RestoreView>(installation, "/v1/restores", body);
}
console.log(`${backup} is restored: ${view.rows} rows in ${view.parts.all} parts, each as the manifest says.`);
