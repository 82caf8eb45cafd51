/**
 * `npm run rotate [-- --url https://your-installation]`: seals all stored credentials with the current encryption key.
 * docs/security.md has the steps around it.
 */
import type { Rotation } from "../src/services/rotation";
import { readOptions } from "./options";
import { findInstallation, postAsRoot, ROOT_KEY_UNKNOWN } from "./root-key";

const { values } = readOptions("npm run rotate [-- --url https://your-installation]", {
  options: { url: { type: "string" } },
});
const installation = findInstallation(values.url);
if (!installation.rootKey) {
  console.error(ROOT_KEY_UNKNOWN);
  process.exit(2);
}
let resealed = 0;
let last: Rotation;
do {
  last = await postAsRoot<Rotation>(installation, "/v1/encryption/rotate", {});
  resealed += last.resealed;
} while (last.left > 0 && last.resealed > 0);
console.log(`${resealed} stored credentials were sealed again; all are sealed with the key ${last.current}.`);
if (last.lost > 0) {
  console.error(`${last.lost} can't be opened: their key is not in FORMLOG_ENCRYPTION_KEY. Add it again and repeat.`);
  process.exit(1);
}
