/**
 * `npm run deploy -- [--env staging] [percent]`: to the Cloudflare account that wrangler is logged in to (npx wrangler
 * login, or CLOUDFLARE_API_TOKEN). With a percentage the new API worker gets only so many of the requests (`npm run
 * rollout`).
 */
import { randomBytes } from "node:crypto";
import path from "node:path";
import { writeConfig } from "./cloud/config";
import { deploy } from "./cloud/deploy";
import { readPercent } from "./cloud/rollout";
import { readStage } from "./cloud/stage";
import { orSay, requireLogin, wranglerIn } from "./cloud/wrangler";

const root = path.resolve(import.meta.dirname, "..");

await orSay(async () => {
  const { stage, rest } = readStage(process.argv.slice(2));
  const backups = process.env.FORMLOG_BACKUPS !== "off";
  const wrangler = wranglerIn(root);
  await requireLogin(wrangler);
  const missing = await deploy({
    wrangler,
    configOf: (worker, databases) => writeConfig(root, worker, { databases, backups, stage }),
    randomKey: (bytes) => randomBytes(bytes).toString("hex"),
    say: (line) => console.log(line),
    publicUrl: process.env.PUBLIC_URL,
    backups,
    stage,
    percent: rest[0] === undefined ? undefined : readPercent(rest[0]),
  });
  console.log(missing.length === 0 ? "Nothing is missing." : `Still missing:\n  ${missing.join("\n  ")}`);
});
