/**
 * `npm run key -- "Name of the workspace"`: a workspace and its first key, locally or (with --url) on an installation.
 */

import { readOptions } from "./options";
import { findInstallation, postAsRoot, ROOT_KEY_UNKNOWN } from "./root-key";

const USAGE = 'npm run key -- "Name of the workspace" [--url https://your-installation]';
const { values, positionals } = readOptions(USAGE, {
  allowPositionals: true,
  options: { url: { type: "string" } },
});
const installation = findInstallation(values.url);
const name = positionals[0];

if (!name || !installation.rootKey) {
  console.error(name ? ROOT_KEY_UNKNOWN : `Say the name of the workspace: ${USAGE}`);
  process.exit(2);
}
const made = await postAsRoot<{ id: string; key: string }>(installation, "/v1/workspaces", { name });
console.log(`Workspace ${made.id}\nKey       ${made.key}\n\nKeep the key: it is shown only now.`);
