/** `npm run rollback -- [--env staging]`: every worker back to the version that was deployed before. */
import path from "node:path";
import { rollBack } from "./cloud/rollout";
import { readStage } from "./cloud/stage";
import { orSay, requireLogin, wranglerIn } from "./cloud/wrangler";

await orSay(async () => {
  const { stage } = readStage(process.argv.slice(2));
  const wrangler = wranglerIn(path.resolve(import.meta.dirname, ".."));
  await requireLogin(wrangler);
  await rollBack(wrangler, stage, (line) => console.log(line));
});
