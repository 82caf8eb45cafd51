/** The wrangler of this repository, run by scripts for the account that it is logged in to. */
import { spawn } from "node:child_process";
import path from "node:path";
import type { Wrangler } from "./deploy";

const root = path.resolve(import.meta.dirname, "../..");

export const wrangler: Wrangler = (args, input) =>
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

/** Throws, in words, when wrangler has no account. */
export async function requireLogin(): Promise<void> {
  await wrangler(["whoami"]).catch(() => {
    throw new Error("wrangler is not logged in: run npx wrangler login, or set CLOUDFLARE_API_TOKEN.");
  });
}
