/**
 * Each statement over a table that holds tenants' data says whose: test/api/isolation.test.ts tries it, this finds what
 * nobody tried.
 */
import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";

const root = path.resolve(import.meta.dirname, "../..");

/** What tells whose rows are meant, by table: one of these must be compared or given in the statement. */
const WHOSE: Readonly<Record<string, string>> = {
  keys: "workspace|hash",
  forms: "workspace|id",
  form_versions: "form",
  form_drafts: "form",
  links: "form",
  connections: "workspace",
  integrations: "workspace|form|no",
  audit: "workspace",
  logs: "workspace",
  lexicons: "workspace",
  lexicon_entries: "workspace",
  directory: "form",
  recheck_requests: "form",
  segments: "form|no",
  // Of a shard: positions hold their segment, which came from a form's directory.
  responses: "id|response|position|link",
  revisions: "id|response",
  link_uses: "segment",
  rechecks: "segment",
  indexed_questions: "segment",
  answer_index: "segment|id",
  cursors: "segment",
  deliveries: "integration",
  attempts: "integration",
  notices: "id|integration",
  reconciliations: "integration|segment|no",
  contributions: "integration",
  counts: "integration",
};

/** Statements that look at rows of everybody, by file and declaration, and why they may. */
const OVER_ALL: Readonly<Record<string, string>> = {
  "alert-facts.ts readCursorFacts": "the cron looks for what needs somebody, of all integrations",
  "answer-index.ts advanceIndexes": "the sweeper finds which indexes are behind",
  "audit.ts listAudit": "inRange names the workspace",
  "audit.ts endOfScan": "inRange names the workspace",
  "backups.ts readLastBackup": "when the installation was begun: the time of its first key, and nothing else of it",
  "backups.ts beginBackup": "a backup is of the installation: the last numbers then",
  "erasure.ts takeErasable": "the sweeper finds forms whose retention is over",
  "flights.ts EMPTY_FLIGHTS": "whoever uses it adds which cursors",
  "integration-erasure.ts dropCursors": "the sweeper erases under the number of a deleted integration",
  "integrations.ts NEXT_NO": "a number that none has had",
  "integrations.ts listAllIntegrations": "metrics of the installation",
  "key-reads.ts noteUse": "the number of the key that was just authenticated",
  "placement.ts countSegments": "numbers of segments and forms on each shard, for the root key",
  "placement.ts listUnsettled": "the sweeper finds openings of segments that were cut short",
  "rechecks.ts readDueRequests": "the sweeper finds what is due",
  "restore-traces.ts EMPTY": "what a restore takes out of an installation that was empty before, by keys of a part",
  "restores.ts listOrphans": "the same, of forms that the backup has not",
  "restores.ts listFormsAfter": "all forms of what was restored, one after another",
  "sealed.ts ALL": "another encryption key, with the root key",
  "sealed.ts reseal": "rows that the statement above found, if they are as it read them",
  "vitals.ts OLDEST": "the age of the oldest entry that waits, whosever it is",
};

interface Statement {
  readonly where: string;
  readonly tables: readonly string[];
  readonly text: string;
}

const snake = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** The declarations at the top of a file, each with its text without comments. */
function declarationsOf(file: string): { name: string; text: string }[] {
  const text = readFileSync(path.join(root, file), "utf8")
    .replace(/\/\*[\s\S]*?\*\//g, "")
    .replace(/^\s*\/\/.*$/gm, "");
  const parts = text.split(/^(?=(?:export )?(?:async )?(?:function|const|class|interface|type) )/m);
  return parts.flatMap((part) => {
    const name = /^(?:export )?(?:async )?(?:function|const) (\w+)/.exec(part)?.[1];
    return name === undefined ? [] : [{ name, text: part }];
  });
}

const TABLE = /\b(?:FROM|JOIN|INTO|UPDATE)\s+(\w+)|\.(?:from|insert|update|delete|innerJoin|leftJoin)\((\w+)/g;

function statementsOf(file: string): Statement[] {
  return declarationsOf(file).flatMap(({ name, text }) => {
    const named = [...text.matchAll(TABLE)].map(([, sql, typed]) => snake(sql ?? typed ?? ""));
    const tables = [...new Set(named)].filter((table) => table in WHOSE);
    return tables.length === 0 ? [] : [{ where: `${path.basename(file)} ${name}`, tables, text }];
  });
}

/**
 * Whether a table's rows are told apart: `form = ?`, `(segment, …) IN`, `eq(links.form, …)`, or as a column that is
 * given.
 */
function saysWhose({ text }: Statement, table: string): boolean {
  const column = `(?:${WHOSE[table]})`;
  const sql = new RegExp(`\\b${column}\\b\\s*(?:=|>|<|IN\\b|,[^()]*\\)\\s*(?:IN\\b|VALUES|=|SELECT|\\s))`);
  const typed = new RegExp(`\\b(?:eq|lt|gt|inArray)\\(\\w+\\.${column}\\b`);
  const given = new RegExp(`INSERT INTO ${table}\\s*\\([^)]*\\b${column}\\b|\\.insert\\(`);
  return sql.test(text) || typed.test(text) || given.test(text);
}

const statements = globSync("src/store/*.ts", { cwd: root })
  .filter((file) => !/schema|\.test\./.test(file))
  .flatMap(statementsOf);

it("each statement over tenants' tables says whose rows it means, or is listed with its reason", () => {
  expect(statements.length).toBeGreaterThan(80);
  const silent = statements.flatMap((one) => {
    const tables = one.tables.filter((table) => !saysWhose(one, table));
    return tables.length === 0 || one.where in OVER_ALL ? [] : [`${one.where}: ${tables.join(", ")}`];
  });
  expect(silent.join("\n")).toBe("");
  const known = new Set(statements.map(({ where }) => where));
  expect(Object.keys(OVER_ALL).filter((where) => !known.has(where))).toEqual([]);
});
