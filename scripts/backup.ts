/**
 * `npm run backup [-- --url https://your-installation] [--to folder]`: backs up now, and waits until it is done. With a
 * folder its objects are copied there too, those that are there already not again. docs/operating.md has the rest.
 */
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { BackupManifest } from "../src/core/backup";
import type { BackupView } from "../src/services/backups";
import { readOptions } from "./options";
import { askAsRoot, findInstallation, postAsRoot, ROOT_KEY_UNKNOWN } from "./root-key";

const { values } = readOptions("npm run backup [-- --url https://your-installation --to folder]", {
  options: { url: { type: "string" }, to: { type: "string" } },
});
const installation = findInstallation(values.url);
if (!installation.rootKey) {
  console.error(ROOT_KEY_UNKNOWN);
  process.exit(2);
}

let backup = await postAsRoot<BackupView>(installation, "/v1/backups", {});
for (let told = 0; backup.state === "running"; ) {
  if (backup.parts >= told + 20) {
    told = backup.parts;
    console.log(`${backup.rows} rows in ${backup.parts} parts …`);
  }
  const { parts } = backup;
  backup = await postAsRoot<BackupView>(installation, "/v1/backups", { backup: backup.id });
  // The cron may be at it.
  if (backup.parts === parts && backup.state === "running") await new Promise((resolve) => setTimeout(resolve, 2_000));
}
if (backup.state === "failed") {
  console.error(`The backup ${backup.id} was given up; the log says why.`);
  process.exit(1);
}
console.log(`${backup.id}: ${backup.rows} rows in ${backup.parts} parts, ${backup.bytes} bytes.`);
if (values.to !== undefined) await copyTo(path.resolve(values.to));

async function copyTo(folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const read = async (name: string) =>
    Buffer.from(await (await askAsRoot(installation, `/v1/backups/objects/${name}`)).arrayBuffer());
  const manifest = await read(backup.manifest);
  const { parts } = JSON.parse(manifest.toString()) as BackupManifest;
  const missing = parts.filter(({ object }) => !existsSync(path.join(folder, object)));
  for (const { object } of missing) writeFileSync(path.join(folder, object), await read(object), { mode: 0o600 });
  // Last: a folder that has it has all of it.
  writeFileSync(path.join(folder, backup.manifest), manifest, { mode: 0o600 });
  const erased = await askAsRoot(installation, "/v1/backups/erasures");
  writeFileSync(path.join(folder, "erased.json"), await erased.text(), { mode: 0o600 });
  console.log(`${missing.length} objects copied to ${folder}, ${parts.length - missing.length} were there.`);
  console.log("The encryption key (FORMLOG_ENCRYPTION_KEY) is not among them: keep it elsewhere.");
}
