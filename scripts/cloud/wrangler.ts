/** Runs the wrangler of this repository for the account that it is logged in to. */
import { spawn } from "node:child_process";
import path from "node:path";

/** Runs wrangler and resolves to what it printed; rejects with its output when it fails. */
export type Wrangler = (args: readonly string[], input?: string) => Promise<string>;

export const wranglerIn =
  (root: string): Wrangler =>
  (args, input) =>
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

/** Rejects, in words, unless wrangler is logged in. */
export async function requireLogin(wrangler: Wrangler): Promise<void> {
  await wrangler(["whoami"]).catch(() => {
    throw new Error("wrangler is not logged in: run npx wrangler login, or set CLOUDFLARE_API_TOKEN.");
  });
}

/** Runs a script's work; what it throws ends the script with 1, in words. */
export async function orSay(work: () => Promise<void>): Promise<void> {
  await work().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : String(error));
    process.exit(1);
  });
}
