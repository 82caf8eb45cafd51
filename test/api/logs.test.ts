import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { INSTALLATION, type LogEntry } from "../../src/core/log";
import { appendLogs, pruneLogs } from "../../src/store/logs";

const db = env.DB;
const entry = (workspace: string, at: number, rest: Partial<LogEntry> = {}): LogEntry => ({
  workspace,
  at,
  level: "info",
  event: "page_settled",
  ...rest,
});
const rows = async () => (await db.prepare("SELECT workspace, at, n FROM logs").raw()).map((row) => row.join(" "));

beforeEach(async () => {
  await db.prepare("DELETE FROM logs").run();
});

describe("an entry of the log", () => {
  it("is one row written, many are one statement, and those of one moment are told apart", async () => {
    await appendLogs(db, [entry("w", 5), entry("w", 5), entry(INSTALLATION, 5), entry("w", 6)]);
    await appendLogs(db, [entry("w", 5)]);
    await appendLogs(db, []);
    expect(await rows()).toEqual([" 5 1", "w 5 1", "w 5 2", "w 5 3", "w 6 1"]);
  });

  it("holds where it came from and which responses it is about", async () => {
    const trace = { request: "req_12345678", id: "a".repeat(32) };
    await appendLogs(db, [
      entry("w", 1, {
        form: "form_a",
        integration: "int_b",
        trace,
        responses: { first: 7, last: 2 ** 40 },
        detail: { delivered: 3 },
      }),
    ]);
    expect(await db.prepare("SELECT * FROM logs").first()).toEqual({
      workspace: "w",
      at: 1,
      n: 1,
      level: "info",
      event: "page_settled",
      form: "form_a",
      integration: "int_b",
      request: trace.request,
      trace: trace.id,
      first: 7,
      last: 2 ** 40,
      detail: '{"delivered":3}',
    });
  });

  it("is pruned when it is old, in every workspace, a bounded number at a time", async () => {
    const old = Array.from({ length: 1_100 }, (_, i) => entry(`w${i % 3}`, i));
    await appendLogs(db, [...old, entry("w1", 2_000), entry(INSTALLATION, 3)]);
    await pruneLogs(db, 2_000);
    expect((await rows()).length).toBe(102);
    await pruneLogs(db, 2_000);
    expect(await rows()).toEqual(["w1 2000 1"]);
  });
});
