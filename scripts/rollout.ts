/** `npm run rollout -- [--env staging] <percent>`: how many of the requests the newest API worker gets from now on. */
import path from "node:path";
import { readPercent, rollOut } from "./cloud/rollout";
import { readStage } from "./cloud/stage";
import { orSay, requireLogin, wranglerIn } from "./cloud/wrangler";

await orSay(async () => {
  const { stage, rest } = readStage(process.argv.slice(2));
  const percent = readPercent(rest[0] ?? "");
  const wrangler = wranglerIn(path.resolve(import.meta.dirname, ".."));
  await requireLogin(wrangler);
  console.log(await rollOut(wrangler, stage, percent));
});
