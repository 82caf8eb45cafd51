import { describe, expect, it } from "vitest";
import { fillIn } from "../../scripts/cloud/config";
import { type Deployment, deploy } from "../../scripts/cloud/deploy";
import { countShards, furtherShards, shardBlock, withShards } from "../../scripts/cloud/shards";
import { databases } from "../../scripts/databases";
import { catalog } from "../../src/integrations/kinds";

const workers = catalog.map(({ kind }) => `formlog-${kind}`);

/** An account: what wrangler would create, list and keep. */
function account(
  given: { databases?: string[]; queues?: string[]; buckets?: string[]; secrets?: Record<string, string[]> } = {},
) {
  const databases = new Set(given.databases);
  const queues = new Set(given.queues);
  const buckets = new Set(given.buckets);
  const secrets: Record<string, string[]> = { ...given.secrets };
  const calls: string[] = [];
  const said: string[] = [];
  const to: Deployment = {
    async wrangler(args) {
      calls.push(args.join(" "));
      const [a, b, c] = args;
      if (a === "d1" && b === "list")
        return JSON.stringify([...databases].map((name) => ({ name, uuid: `id-of-${name}` })));
      if (a === "d1" && b === "create" && c) databases.add(c);
      if (a === "r2" && c === "list") return [...buckets].map((name) => `name:           ${name}`).join("\n");
      if (a === "r2" && c === "create") buckets.add(args[3] ?? "");
      if (a === "queues" && b === "list") return [...queues].map((name) => `│ ${name} │ 1 │`).join("\n");
      if (a === "queues" && b === "create" && c) queues.add(c);
      if (a === "deploy") return "Deployed\n  https://formlog.example.workers.dev\n";
      const worker = args[args.indexOf("--name") + 1] ?? "";
      if (a === "secret" && b === "list") return JSON.stringify((secrets[worker] ?? []).map((name) => ({ name })));
      if (a === "secret" && b === "put" && c) secrets[worker] = [...(secrets[worker] ?? []), c];
      return "";
    },
    configOf: (worker, ids) => `${worker.name}@${ids.formlog}+${ids["formlog-search"]}`,
    randomKey: (bytes) => "ab".repeat(bytes),
    say: (line) => said.push(line),
    publicUrl: undefined,
    backups: true,
  };
  return { to, calls, said, queues, secrets };
}

describe("npm run deploy", () => {
  it("creates what is not there, migrates before it deploys, and deploys the API last", async () => {
    const { to, calls, queues, secrets } = account();
    const missing = await deploy(to);
    expect([...queues]).toEqual(["formlog-intake", "formlog-intake-dead", ...catalog.map(({ queue }) => queue)]);
    expect(calls.filter((call) => call.startsWith("d1 create"))).toEqual([
      "d1 create formlog",
      "d1 create formlog-search",
    ]);
    expect(calls).toContain("r2 bucket create formlog-backup");
    const intake = calls.filter((call) => call.startsWith("queues create formlog-intake"));
    expect(intake.every((call) => call.endsWith("--message-retention-period-secs 1209600"))).toBe(true);
    const index = catalog.find((manifest) => manifest.index)?.kind;
    const order = calls.filter((call) => /migrations|^deploy/.test(call));
    expect(order).toEqual([
      "d1 migrations apply DB --remote -c formlog@id-of-formlog+id-of-formlog-search",
      `d1 migrations apply SEARCH_DB --remote -c formlog-${index}@id-of-formlog+id-of-formlog-search`,
      ...workers.map((worker) => `deploy -c ${worker}@id-of-formlog+id-of-formlog-search`),
      "deploy -c formlog@id-of-formlog+id-of-formlog-search",
    ]);
    expect(secrets.formlog).toEqual(["FORMLOG_ROOT_KEY", "FORMLOG_ENCRYPTION_KEY", "PUBLIC_URL"]);
    expect(missing.join("\n")).toContain("secret put GOOGLE_SERVICE_ACCOUNT --name formlog-google-sheets");
    expect(missing.join("\n")).not.toContain("GOOGLE_SHEETS_URL");
  });

  it("leaves what is there as it is, and says what it can't do itself", async () => {
    const first = account();
    await deploy(first.to);
    const again = account({
      databases: ["formlog", "formlog-search"],
      queues: [...first.queues],
      buckets: ["formlog-backup"],
      secrets: { ...first.secrets, "formlog-twilio-sms": ["PUBLIC_URL"] },
    });
    const missing = await deploy(again.to);
    expect(again.calls.filter((call) => /create|secret put/.test(call))).toEqual([]);
    expect(missing.filter((line) => line.includes("ENCRYPTION"))).toEqual([
      expect.stringContaining("secret put FORMLOG_ENCRYPTION_KEY --name formlog-twilio-sms"),
    ]);
  });

  it("gives every worker the shards that wrangler.toml names, and says what to put there for the next", () => {
    const base = `name = "x"\n\n${shardBlock(1)}`;
    expect([countShards(""), countShards(base), countShards(withShards(base, 3))]).toEqual([0, 1, 3]);
    expect(withShards(base, 1)).toBe(base);
    expect(withShards('name = "kind"\n', 1, "/m")).toContain('binding = "DB_1"\ndatabase_name = "formlog-1"');
    expect(() => countShards(shardBlock(2))).toThrow("binds DB_2 and no DB_1");
    expect(databases(2).map(({ binding }) => binding)).toEqual(["DB", "DB_1", "DB_2", "SEARCH_DB"]);
    expect(() => furtherShards({ FORMLOG_SHARDS: "many" })).toThrow("FORMLOG_SHARDS");
  });

  it("fills in the databases and makes paths absolute", () => {
    const database = (name: string, id: string, dir: string) =>
      `database_name = "${name}"\ndatabase_id = "${id}"\nmigrations_dir = "${dir}"\n`;
    const text = `main = "worker.ts"\n${database("formlog", "formlog", "../m")}${database("other", "other", "../m/o")}`;
    const filled = fillIn(text, { folder: "/x/y", databases: { formlog: "abc", other: "def" }, backups: true });
    const own = `${database("formlog", "abc", "/x/m")}${database("other", "def", "/x/m/o")}`;
    expect(filled).toBe(`main = "/x/y/worker.ts"\n${own}`);
    expect(() => fillIn(text, { folder: "/x/y", databases: { formlog: "abc" }, backups: true })).toThrow(
      /no database other/,
    );
  });

  it("binds no bucket to an installation that wants no backups, and creates none", async () => {
    const { to, calls } = account();
    await deploy({ ...to, backups: false });
    expect(calls.filter((call) => call.startsWith("r2"))).toEqual([]);
    const bucket = '[[r2_buckets]]\nbinding = "BACKUP"\nbucket_name = "formlog-backup"\n';
    const rest = '\n[triggers]\ncrons = ["* * * * *"]\n';
    const filled = (backups: boolean) => fillIn(bucket + rest, { folder: "/x", databases: {}, backups });
    expect([filled(true), filled(false)]).toEqual([bucket + rest, rest]);
  });
});
