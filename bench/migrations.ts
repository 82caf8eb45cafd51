/**
 * How long each migration takes on a database that is full already: rows are put into each table as soon as a migration
 * has made it, so that the later ones find them. D1 ends what takes 30 seconds, a file being one call of it.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { unstable_splitSqlQuery } from "wrangler";
import { circumstances } from "./installation";
import { answersOf } from "./lists-load";
import { childrenNamed, cpuOf } from "./processes";
import { type Figure, printTable } from "./report";

const root = path.resolve(import.meta.dirname, "..");
/** D1's own limit is 30 s, on a machine that we do not know. */
const SECONDS_MAX = 10;
const STEP = 100_000;
const SEGMENT = 2 ** 33;
const FILES = { DB: "migrations", SEARCH_DB: "migrations/search" };
type Binding = keyof typeof FILES;

/** What a response puts into tables, as it is right after the migration that makes them; its number is n. */
const ROWS: Readonly<Record<Binding, Readonly<Record<string, readonly string[]>>>> = {
  DB: {
    "0001": [
      `responses (id, nonce, version, revision, received_at, answers, metadata, idempotency_key, fingerprint)
       SELECT ${SEGMENT} + n, printf('%022d', n), 1, 1, n, answers, '{"collector":"Asha"}', printf('key-%d', n), printf('%043d', n)`,
      `revisions (id, response, event, revision, previous, created_at)
       SELECT ${SEGMENT} + n, ${SEGMENT} + n, 'updated', 2, json_object('answers', json(answers), 'metadata', json('{}')), n`,
      `deliveries (integration, feed, position, state, attempts, tried_at, reference, status, rank)
       SELECT 1, 0, ${SEGMENT} + n, 'delivered', 1, n, printf('SM%032d', n), 'delivered', 4`,
    ],
    "0002": ["receipts (nonce, response, settled_at) SELECT printf('%022d', n), n, n"],
  },
  SEARCH_DB: {
    "0001": [
      "contributions (integration, shard, position, content) SELECT 1, 0, n, answers",
      "counts (integration, subject, facet, key, n) SELECT 1, 'pune', 'slang.word', printf('word%d', n), n % 5",
    ],
    "0004": ["rule_keys SELECT 1, 0, printf('%043d', n / 2), n, n, n"],
  },
};

/** `--responses 2000000`. Whether each stays below its limit. */
export async function migrations(args: string[]): Promise<boolean> {
  const { values } = parseArgs({ args, options: { responses: { type: "string", default: "2000000" } } });
  const state = mkdtempSync(path.join(tmpdir(), "formlog-bench-"));
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      modules: [{ type: "ESModule", path: "nobody.js", contents: "export default {}" }],
      cf: false,
      telemetry: { enabled: false },
      resourcePersistencePath: state,
      d1Databases: { DB: "formlog", SEARCH_DB: "formlog-search" },
    }),
  );
  const figures: Figure[] = [];
  try {
    for (const binding of Object.keys(FILES) as Binding[]) {
      const db = (await miniflare.getD1Database(binding)) as unknown as D1Database;
      figures.push(...(await measure(db, binding, Number(values.responses))));
    }
  } finally {
    await miniflare.dispose();
    rmSync(state, { recursive: true, force: true });
  }
  console.log(`\n${circumstances()}; npm run bench -- migrations ${args.join(" ")}\n`);
  return printTable(figures);
}

async function measure(db: D1Database, binding: Binding, responses: number): Promise<Figure[]> {
  const pids = childrenNamed("workerd");
  const folder = path.join(root, FILES[binding]);
  const figures: Figure[] = [];
  for (const name of readdirSync(folder)
    .filter((file) => file.endsWith(".sql"))
    .toSorted()) {
    const statements = unstable_splitSqlQuery(readFileSync(path.join(folder, name), "utf8"));
    const [started, before] = [performance.now(), cpuOf(pids)];
    const results = await db.batch(statements.map((sql) => db.prepare(sql)));
    const [seconds, cpu] = [(performance.now() - started) / 1_000, cpuOf(pids) - before];
    const size = ((results.at(-1)?.meta.size_after ?? 0) / 1e6).toFixed(0);
    const good = cpu <= SECONDS_MAX;
    const measured = `${cpu.toFixed(1)} s of CPU, ${seconds.toFixed(1)} s, ${size} MB after it`;
    figures.push({ what: `${FILES[binding]}/${name}`, measured, limit: `≤ ${SECONDS_MAX} s`, good });
    console.log(name, measured);
    for (const into of ROWS[binding][name.slice(0, 4)] ?? []) await fill(db, into, responses);
  }
  return figures;
}

async function fill(db: D1Database, into: string, responses: number): Promise<void> {
  const numbers =
    "WITH RECURSIVE numbers (n) AS (SELECT CAST(?1 AS INTEGER) UNION ALL SELECT n + 1 FROM numbers WHERE n < ?2), given (answers) AS (SELECT ?3)";
  for (let n = 1; n <= responses; n += STEP) {
    const through = Math.min(n + STEP - 1, responses);
    await db
      .prepare(`${numbers} INSERT INTO ${into} FROM numbers, given`)
      .bind(n, through, JSON.stringify(answersOf(n)))
      .run();
  }
}
