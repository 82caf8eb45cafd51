/** `npm run deploy`: to the Cloudflare account that wrangler is logged in to (npx wrangler login, or CLOUDFLARE_API_TOKEN). */
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import path from "node:path";
import { writeConfig } from "./cloud/config";
import { deploy, type Wrangler } from "./cloud/deploy";

const root = path.resolve(import.meta.dirname, "..");

const backups = process.env.FORMLOG_BACKUPS !== "off";

const wrangler: Wrangler = (args, input) =>
  new Promise((resolve, reject) => {
    const cli = path.join(root, "node_modules/wrangler/bin/wrangler.js");
    const env = { ...process.env, CI: "true", WRANGLER_SEND_METRICS: "false" };
    const child = spawn(process.execPath, [cli, ...args], { cwd: root, env, stdio: ["pipe", "pipe", "pipe"] });
    let out = "";
    let error = "";
    child.stdout.on("data", (data) => {
      out += data;
    });
    child.stderr.on("data", (data) => {
      error += data;
    });
    child.once("exit", (code) => {
      if (code === 0) resolve(out);
      else reject(new Error(`wrangler ${args.slice(0, 3).join(" ")} failed:\n${error || out}`));
    });
    child.stdin.end(input);
  });

try {
  await wrangler(["whoami"]).catch(() => {
    throw new Error("wrangler is not logged in: run npx wrangler login, or set CLOUDFLARE_API_TOKEN.");
  });
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
