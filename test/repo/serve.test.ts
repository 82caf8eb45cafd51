/** What `npm run serve` is told, and what ops/ has for it. That it serves is in test/chaos/serve.test.ts. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { readServeSettings } from "../../scripts/serve/settings";

const root = path.resolve(import.meta.dirname, "../..");
const folder = mkdtempSync(path.join(tmpdir(), "formlog-serve-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const GIVEN = {
  FORMLOG_ROOT_KEY: "a-root-key-of-a-machine-of-ones-own-0123",
  FORMLOG_ENCRYPTION_KEY: `k1:${Buffer.from("an encryption key of 32 bytes !!").toString("base64")}`,
  PUBLIC_URL: "https://forms.example.com",
};

describe("settings", () => {
  it("refuses to go on without the three that it needs, and names all that are missing", () => {
    expect(() => readServeSettings(folder, { FORMLOG_ROOT_KEY: GIVEN.FORMLOG_ROOT_KEY })).toThrow(
      /^Set FORMLOG_ENCRYPTION_KEY, PUBLIC_URL in the environment or in .*formlog\.env/,
    );
  });

  it("refuses what can't be right, and says no value", () => {
    const attempt = () => readServeSettings(folder, { ...GIVEN, FORMLOG_ROOT_KEY: "short", PUBLIC_URL: "no-url" });
    expect(attempt).toThrow(/FORMLOG_ROOT_KEY must have 32.*PUBLIC_URL must be/);
    expect(attempt).not.toThrow(/short|no-url/);
    expect(() => readServeSettings(folder, { ...GIVEN, PORT: "http" })).toThrow("PORT must be a number");
    expect(() => readServeSettings(folder, { ...GIVEN, FORMLOG_ENV_FILE: "absent.env" })).toThrow(
      /there is no .*absent/,
    );
  });

  it("takes them from formlog.env, with the environment first, and keeps to this machine and the public internet", () => {
    const lines = Object.entries({ ...GIVEN, PORT: "8080", TWILIO_FROM: "+15005550006" });
    writeFileSync(path.join(folder, "formlog.env"), lines.map(([name, value]) => `${name}=${value}\n`).join(""));
    expect(readServeSettings(folder, { PORT: "8081", OTHER: "x" })).toEqual({
      host: "127.0.0.1",
      port: 8081,
      state: path.join(folder, ".formlog-server"),
      privateNetwork: false,
      vars: { ...GIVEN, TWILIO_FROM: "+15005550006" },
    });
  });
});

describe("ops/", () => {
  const read = (name: string) => readFileSync(path.join(root, "ops", name), "utf8");

  // Where systemd is; elsewhere the next test reads the unit at least.
  it.runIf(spawnSync("systemd-analyze", ["--version"]).status === 0)("systemd takes the unit", () => {
    const file = path.join(folder, "formlog.service");
    // The command is not installed here.
    writeFileSync(file, read("formlog.service").replace(/^ExecStart=\S+/m, `ExecStart=${process.execPath}`));
    expect(execFileSync("systemd-analyze", ["verify", file], { encoding: "utf8", stdio: "pipe" })).toBe("");
  });

  it("the unit starts what `npm run serve` starts, waits for its gentle end, and keeps to its folder", () => {
    const unit = Object.fromEntries([...read("formlog.service").matchAll(/^(\w+)=(.*)$/gm)].map(([, k, v]) => [k, v]));
    const { scripts } = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8"));
    expect(`/opt/formlog/node_modules/.bin/${scripts.serve}`).toBe(unit.ExecStart);
    expect(Number(unit.TimeoutStopSec)).toBeGreaterThan(10);
    expect(unit).toMatchObject({ Restart: "always", RestartPreventExitStatus: "78", KillMode: "mixed" });
    expect(unit).toMatchObject({ User: "formlog", ProtectSystem: "strict", StateDirectory: "formlog" });
  });

  it("each proxy tells who asks, in the place of whatever the client says of itself", () => {
    expect(read("Caddyfile")).toContain("header_up CF-Connecting-IP {remote_host}");
    expect(read("nginx.conf")).toContain("proxy_set_header CF-Connecting-IP $remote_addr;");
  });
});
