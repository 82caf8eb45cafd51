import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { fillIn } from "../../scripts/cloud/config";
import { type Deployment, deploy } from "../../scripts/cloud/deploy";
import { countIndexes, furtherIndexes, indexBlock, indexKinds, withIndex } from "../../scripts/cloud/indexes";
import { kindBase } from "../../scripts/cloud/kind-config";
import { deployPartly, readPercent, rollBack, rollOut } from "../../scripts/cloud/rollout";
import { countShards, furtherShards, shardBlock, withShards } from "../../scripts/cloud/shards";
import { readStage } from "../../scripts/cloud/stage";
import { databases } from "../../scripts/databases";
import { catalog } from "../../src/integrations/kinds";

const stage = "production";
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
      if (a === "deploy") return `Deployed\n  https://${c?.replace(/@.*/, "")}.example.workers.dev\n`;
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
    stage: "production",
  };
  return { to, calls, said, queues, secrets };
}

describe("npm run deploy", () => {
  it("creates what is not there, migrates before it deploys, and deploys the API behind the kinds and the gateway last", async () => {
    const { to, calls, said, queues, secrets } = account();
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
      "deploy -c formlog-gateway@id-of-formlog+id-of-formlog-search",
    ]);
    expect(secrets["formlog-gateway"]).toEqual(["FORMLOG_ENCRYPTION_KEY", "PUBLIC_URL"]);
    expect(said.at(-1)).toBe("Formlog answers at https://formlog-gateway.example.workers.dev");
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

  it("gives every kind with an index the same further databases of indexes, behind SEARCH_DB and before all else", () => {
    for (const kind of indexKinds) {
      const own = readFileSync(path.resolve(import.meta.dirname, "../..", kindBase(kind)), "utf8");
      expect([kind, countIndexes(own)]).toEqual([kind, 0]);
      const more = withIndex(withIndex(own, 1), 2);
      expect(countIndexes(more)).toBe(2);
      expect(more.replace(`\n${indexBlock(1)}`, "").replace(`\n${indexBlock(2)}`, "")).toBe(own);
      const databases = { formlog: "a", "formlog-search": "b", "formlog-search-1": "c", "formlog-search-2": "d" };
      const filled = fillIn(more, { folder: "/x/y/z/k", databases, backups: true, stage });
      expect(filled).toContain(
        'binding = "SEARCH_DB_1"\ndatabase_name = "formlog-search-1"\ndatabase_id = "c"\nmigrations_dir = "/x/migrations/search"\n',
      );
    }
    expect(furtherIndexes()).toBe(0);
    expect(() => countIndexes(indexBlock(2))).toThrow("no SEARCH_DB_1");
  });

  it("fills in the databases and makes paths absolute", () => {
    const database = (name: string, id: string, dir: string) =>
      `database_name = "${name}"\ndatabase_id = "${id}"\nmigrations_dir = "${dir}"\n`;
    const text = `main = "worker.ts"\n${database("formlog", "formlog", "../m")}${database("other", "other", "../m/o")}`;
    const filled = fillIn(text, { folder: "/x/y", databases: { formlog: "abc", other: "def" }, backups: true, stage });
    const own = `${database("formlog", "abc", "/x/m")}${database("other", "def", "/x/m/o")}`;
    expect(filled).toBe(`main = "/x/y/worker.ts"\n${own}`);
    expect(() => fillIn(text, { folder: "/x/y", databases: { formlog: "abc" }, backups: true, stage })).toThrow(
      /no database other/,
    );
  });

  it("binds no bucket to an installation that wants no backups, and creates none", async () => {
    const { to, calls } = account();
    await deploy({ ...to, backups: false });
    expect(calls.filter((call) => call.startsWith("r2"))).toEqual([]);
    const bucket = '[[r2_buckets]]\nbinding = "BACKUP"\nbucket_name = "formlog-backup"\n';
    const rest = '\n[triggers]\ncrons = ["* * * * *"]\n';
    const filled = (backups: boolean) => fillIn(bucket + rest, { folder: "/x", databases: {}, backups, stage });
    expect([filled(true), filled(false)]).toEqual([bucket + rest, rest]);
  });
});

describe("staging", () => {
  it("has workers, databases, queues, a bucket and counters of its own, and touches nothing of production", async () => {
    const { to, calls, queues, secrets } = account();
    await deploy({ ...to, stage: "staging", configOf: (worker) => worker.name });
    expect([...queues].filter((name) => !name.endsWith("-staging"))).toEqual([]);
    expect(Object.keys(secrets).filter((name) => !name.endsWith("-staging"))).toEqual([]);
    expect(secrets["formlog-staging"]).toContain("FORMLOG_ROOT_KEY");
    expect(calls.filter((call) => /^deploy|create/.test(call) && !call.includes("-staging"))).toEqual([]);
    expect(calls).toContain("r2 bucket create formlog-backup-staging");
  });

  it("has further shards of its own, made by the deployment, beside those of production", () => {
    const text = withShards('name = "formlog"\n', 1, "/m");
    const databases = { "formlog-1": "a", "formlog-1-staging": "b" };
    const filled = fillIn(text, { folder: "/x", databases, backups: true, stage: "staging" });
    expect(filled).toContain('binding = "DB_1"\ndatabase_name = "formlog-1-staging"\ndatabase_id = "b"\n');
    expect(() => fillIn(text, { folder: "/x", databases: {}, backups: true, stage: "staging" })).toThrow(
      "no database formlog-1-staging",
    );
  });

  it.each([
    ["formlog", "wrangler.gen.toml"],
    ["formlog-gateway", "src/gateway/wrangler.gen.toml"],
  ])("renames what the config of %s names, and leaves bindings alone", (name, file) => {
    const root = path.resolve(import.meta.dirname, "../..");
    const text = readFileSync(path.join(root, file), "utf8");
    const databases = { formlog: "a", "formlog-staging": "b" };
    const filled = fillIn(text, { folder: root, databases, backups: true, stage: "staging" });
    const values = [...filled.matchAll(/^(?:queue|dead_letter_queue|service|bucket_name|database_name) = "(.*)"$/gm)];
    expect(values.length).toBeGreaterThan(8);
    expect(values.map(([, value]) => value).filter((value) => !value?.endsWith("-staging"))).toEqual([]);
    expect(filled).toContain(`\nname = "${name}-staging"\n`);
    expect(filled).toMatch(/^name = "RATE_SUBMIT"\nnamespace_id = "12701"$/m);
    expect(filled).toContain('database_id = "b"');
    expect(filled.match(/^binding = .*$/gm)).toEqual(text.match(/^binding = .*$/gm));
  });

  it("is production unless told, and nothing else", () => {
    expect(readStage(["10"])).toEqual({ stage: "production", rest: ["10"] });
    expect(readStage(["--env", "staging"])).toEqual({ stage: "staging", rest: [] });
    expect(() => readStage(["--env", "test"])).toThrow('--env is "test"; it must be production or staging.');
    expect(() => readPercent("0")).toThrow("1 to 100");
  });
});

describe("a gradual deployment", () => {
  const [old, fresh] = ["11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"];
  /** Versions of one worker, and who gets how many of the requests. */
  function worker(...standing: string[]) {
    const calls: string[] = [];
    const wrangler = async (args: readonly string[]) => {
      calls.push(args.join(" "));
      if (args[0] === "deployments") {
        const versions = (shares: string[]) => shares.map((id) => ({ version_id: id, percentage: 1 }));
        const list = [{ created_on: "2026-11-01", versions: versions([old]) }];
        return JSON.stringify(
          standing.length > 0 ? [{ created_on: "2026-11-02", versions: versions(standing) }, ...list] : [],
        );
      }
      if (args[1] === "list") return JSON.stringify([{ id: old }, { id: fresh }]);
      return args[1] === "upload" ? `Uploaded formlog\nWorker Version ID: ${fresh}\n` : "";
    };
    return { wrangler, calls, changes: () => calls.filter((call) => !call.includes(" list ")) };
  }

  it("uploads, gives the new version its share and the one before the rest, and sets queues and cron", async () => {
    const { wrangler, changes } = worker(old);
    await deployPartly(wrangler, { name: "formlog", config: "c.toml", percent: 10 });
    expect(changes()).toEqual([
      "versions upload -c c.toml",
      `versions deploy ${fresh}@10 ${old}@90 --name formlog --yes`,
      "triggers deploy -c c.toml",
    ]);
    await expect(deployPartly(worker().wrangler, { name: "formlog", config: "c.toml", percent: 10 })).rejects.toThrow(
      "the first time it must be whole",
    );
  });

  it("goes on to more, and to all, whichever of the two is listed first", async () => {
    for (const standing of [
      [old, fresh],
      [fresh, old],
    ]) {
      const { wrangler, changes } = worker(...standing);
      await rollOut(wrangler, "staging", 50);
      await rollOut(wrangler, "staging", 100);
      expect(changes()).toEqual([
        `versions deploy ${fresh}@50 ${old}@50 --name formlog-staging --yes`,
        `versions deploy ${fresh}@50 ${old}@50 --name formlog-gateway-staging --yes`,
        `versions deploy ${fresh}@100 --name formlog-staging --yes`,
        `versions deploy ${fresh}@100 --name formlog-gateway-staging --yes`,
      ]);
    }
    await expect(rollOut(worker(old).wrangler, "production", 50)).rejects.toThrow("no gradual deployment");
  });

  it("is what `npm run deploy -- 10` does with API and gateway, and with nothing else", async () => {
    const { to, calls } = account();
    const { wrangler, changes } = worker(old);
    const both = async (args: readonly string[]) =>
      /^(versions|deployments|triggers)$/.test(args[0] ?? "") ? wrangler(args) : to.wrangler(args);
    await deploy({ ...to, wrangler: both, percent: 10 });
    expect(calls.filter((call) => call.startsWith("deploy"))).toHaveLength(catalog.length);
    const shared = changes().filter((call) => call.startsWith("versions deploy"));
    expect(shared.map((call) => call.split(" ").at(-2))).toEqual(["formlog", "formlog-gateway"]);
  });

  it("leaves alone a gateway that was never there before: it is deployed whole, and stays when the others go back", async () => {
    const { to, calls } = account();
    const api = worker(old);
    const without = async (args: readonly string[]) => {
      const ofGateway = args.includes("formlog-gateway");
      if (/^(deployments|versions)$/.test(args[0] ?? "") && ofGateway) return "[]";
      return /^(versions|deployments|triggers)$/.test(args[0] ?? "") ? api.wrangler(args) : to.wrangler(args);
    };
    await deploy({ ...to, wrangler: without, percent: 10 });
    expect(calls).toContain("deploy -c formlog-gateway@id-of-formlog+id-of-formlog-search");
    await rollBack(without, "production", () => {});
    expect(calls.filter((call) => call.startsWith("rollback")).map((call) => call.split(" ")[2])).toEqual([
      "formlog",
      ...workers.toReversed(),
    ]);
  });

  it("and back: every worker, the gateway first", async () => {
    const { wrangler, changes } = worker(old);
    await rollBack(wrangler, "production", () => {});
    expect(changes().map((call) => call.split(" ")[2])).toEqual([
      "formlog-gateway",
      "formlog",
      ...workers.toReversed(),
    ]);
    expect(changes().every((call) => call.startsWith("rollback --name ") && call.includes("--yes"))).toBe(true);
  });
});

describe("ops/ci/deploy.yml", () => {
  const root = path.resolve(import.meta.dirname, "../..");
  const text = readFileSync(path.join(root, "ops/ci/deploy.yml"), "utf8");

  it("runs only scripts that there are, each job after one that there is", () => {
    const { scripts } = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8"));
    const run = [...text.matchAll(/npm run ([\w:]+)/g)].map(([, name]) => name ?? "");
    expect(run).toEqual(expect.arrayContaining(["deploy", "smoke", "rollout", "rollback"]));
    expect(run.filter((name) => scripts[name] === undefined)).toEqual([]);
    const jobs = [...(text.split(/^jobs:$/m)[1] ?? "").matchAll(/^ {2}(\w+):$/gm)].map(([, name]) => name);
    expect(jobs).toEqual(["test", "staging", "production"]);
    expect([...text.matchAll(/needs: (\w+)/g)].map(([, name]) => name)).toEqual(["test", "staging"]);
  });

  it("is indented by two spaces, and holds no secret", () => {
    expect(text).not.toContain("\t");
    expect(text.split("\n").filter((line) => (line.length - line.trimStart().length) % 2 !== 0)).toEqual([]);
    for (const [, value] of text.matchAll(/(?:TOKEN|KEY): (.*)$/gm))
      expect(value).toMatch(/^\$\{\{ secrets\.\w+ \}\}$/);
  });
});
