/** When backups are made, and how long they are kept. */
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { manifestName, OBJECTS } from "../../src/core/backup";
import { backUpNightly } from "../../src/dispatch/backup";
import { listBackupRows } from "../../src/store/backups";
import { ROOT_KEY } from "../support/api";
import { bucket, createBackups, createRestore, rowsOfAll, SMALL, SOURCE } from "../support/backup";
import { asRestored, manifestOf, prepareDrill, rowsRestored } from "../support/drill";
import { createOutage } from "../support/failing-d1";

prepareDrill();

describe("what is kept", () => {
  it("goes after its days, but for parts that a later backup took over, and the newest one; marks stay as long as they are needed", async () => {
    const backups = createBackups({ ...SMALL, parts: 100 }, 30);
    const names = async () =>
      (await bucket.list({ prefix: OBJECTS })).objects.map(({ key }) => key.slice(OBJECTS.length));
    const start = backups.clock.now;
    const first = await manifestOf(await backups.make());
    await bucket.put(`${OBJECTS}bak_nobodys.000001-1.ndjson.gz`, "left by a dead holder");
    // Objects are as old as they are: only the clock of the backups moves.
    backups.clock.now = start + 20 * 86_400_000;
    const second = await manifestOf(await backups.make());
    expect(await names()).toEqual(expect.arrayContaining(["bak_nobodys.000001-1.ndjson.gz", manifestName(first.id)]));
    backups.clock.now = start + 31 * 86_400_000;
    const third = await manifestOf(await backups.make());
    const left = new Set(await names());
    const needed = [second, third].flatMap(({ id: of, parts }) => [
      manifestName(of),
      ...parts.map(({ object }) => object),
    ]);
    expect([...left].toSorted()).toEqual([...new Set(needed)].toSorted());
    expect(third.parts.some(({ object }) => object.startsWith(first.id))).toBe(true);
    await createRestore({ backup: third.id }).finish();
    expect(await rowsRestored()).toEqual(asRestored(await rowsOfAll(SOURCE)));
  });

  it("is nothing without a bucket: the cron does nothing, and the list says so", async () => {
    const without = createOutage({ BACKUP: undefined });
    const headers = { authorization: `Bearer ${ROOT_KEY}` };
    await backUpNightly({ ...createBackups().on(), bucket: null });
    expect((await without.call("GET", "/v1/backups", { headers })).body).toEqual({ kept: false, items: [] });
    expect(await without.call("POST", "/v1/backups", { headers })).toMatchObject({
      status: 409,
      body: { detail: expect.stringContaining("bind BACKUP") },
    });
  });

  it("is made once a night, by the cron alone, and given up when it is not done in a day", async () => {
    const backups = createBackups({ ...SMALL, parts: 100 });
    const tick = (at: number, limits = { ...SMALL, parts: 200 }) => {
      backups.clock.now = at;
      return backUpNightly(backups.on(), limits);
    };
    const night = Math.floor(backups.clock.now / 86_400_000 + 2) * 86_400_000 + 2 * 3_600_000;
    for (const minutes of [0, 1, 90, 24 * 60 - 1]) await tick(night + minutes * 60_000);
    const states = async () =>
      (await listBackupRows(env.DB, 9)).map(({ finishedAt, failedAt }) => [finishedAt !== null, failedAt !== null]);
    expect(await states()).toEqual([[true, false]]);
    await tick(night + 86_400_000, { ...SMALL, parts: 1 });
    await tick(night + 2 * 86_400_000 + 60_000);
    expect(await states()).toEqual([
      [true, false],
      [false, true],
      [true, false],
    ]);
  });
});
