/** `npm run deploy`: to the Cloudflare account that wrangler is logged in to (npx wrangler login, or CLOUDFLARE_API_TOKEN). */
import { randomBytes } from "node:crypto";
import path from "node:path";
import { writeConfig } from "./cloud/config";
import { deploy } from "./cloud/deploy";
import { requireLogin, wrangler } from "./cloud/wrangler";

const root = path.resolve(import.meta.dirname, "..");

const backups = process.env.FORMLOG_BACKUPS !== "off";

try {
  await requireLogin();
  const missing = await deploy({
    wrangler,
    configOf: (worker, databases) => writeConfig(root, worker, { databases, backups }),
    randomKey: (bytes) => randomBytes(bytes).toString("hex"),
    say: (line) => console.log(line),
    publicUrl: process.env.PUBLIC_URL,
    backups,
  });
  console.log(missing.length === 0 ? "Nothing is missing." : `Still missing:\n  ${missing.join("\n  ")}`);
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exit(1);
}
