/** What a restore does not take, and what nobody may do meanwhile. */
import { afterEach, describe, expect, it } from "vitest";
import { manifestName, OBJECTS } from "../../src/core/backup";
import { sweep } from "../../src/dispatch/sweep";
import { bucket, createRestore, empty, rowsOfAll, TARGET } from "../support/backup";
import { manifestOf, prepareDrill, rowsRestored } from "../support/drill";

const drill = prepareDrill();

describe("a restore refuses", () => {
  const failure = (input = {}) =>
    createRestore({ backup: drill.id, ...input })
      .finish()
      .then(
        () => "nothing",
        (error: Error) => error.message,
      );
  const mended: [name: string, was: ArrayBuffer][] = [];
  const keep = async (name: string) => {
    const was = (await (await bucket.get(name))?.arrayBuffer()) ?? new ArrayBuffer(0);
    mended.push([name, was]);
    return new Uint8Array(was);
  };
  afterEach(async () => {
    for (const [name, was] of mended.splice(0)) await bucket.put(name, was);
  });

  it("an installation that is not empty, and one without the encryption key", async () => {
    await TARGET.get(1).db.prepare("INSERT INTO suppressions VALUES ('s', 'd', 1)").run();
    expect(await failure()).toContain("not empty: suppressions of shard 1");
    await empty(TARGET);
    const name = OBJECTS + manifestName(drill.id);
    const manifest = await manifestOf(drill.id);
    await keep(name);
    expect(manifest.encryptionKeys).toEqual(["test"]);
    await bucket.put(name, JSON.stringify({ ...manifest, encryptionKeys: ["lost"] }));
    expect(await failure()).toContain("does not have: lost");
    expect(await failure({ withoutKeys: true })).toBe("nothing");
  });

  it("a flipped byte and a missing part, and goes on where it stopped when they are mended", async () => {
    const name =
      OBJECTS + ((await manifestOf(drill.id)).parts.find(({ table }) => table === "responses")?.object ?? "");
    const right = await keep(name);
    await bucket.put(name, right.with(-9, (right.at(-9) ?? 0) ^ 1));
    expect(await failure()).toContain("is not what was written");
    await bucket.delete(name);
    expect(await failure()).toContain("is missing in the bucket");
    expect((await TARGET.control.prepare("SELECT 1 FROM responses").all()).results).toEqual([]);
    await bucket.put(name, right);
    expect(await failure()).toBe("nothing");
    expect(await rowsRestored()).toEqual(drill.whole);
  });

  it("a wrong count, a manifest that is damaged or of another schema, and a backup that is not there", async () => {
    const name = OBJECTS + manifestName(drill.id);
    const manifest = await manifestOf(drill.id);
    await keep(name);
    const counts = { ...manifest.counts, "0/responses": 1 };
    const sayings: string[] = [];
    for (const other of [
      { ...manifest, counts },
      { ...manifest, sha256: "0" },
      { ...manifest, schema: "0001_init.sql" },
    ]) {
      await bucket.put(name, JSON.stringify(other));
      sayings.push(await failure());
    }
    await bucket.delete(name);
    sayings.push(await failure());
    expect(sayings).toEqual([
      expect.stringContaining("manifest is damaged"),
      expect.stringContaining("manifest is damaged"),
      expect.stringContaining("schema 0001_init.sql"),
      expect.stringContaining("no finished backup"),
    ]);
  });

  it("to end while somebody else writes there", async () => {
    const restore = createRestore({ backup: drill.id });
    await restore.piece();
    await TARGET.control.prepare("INSERT INTO suppressions VALUES ('s', 'somebody else', 1)").run();
    expect(await restore.finish().catch((error: Error) => error.message)).toMatch(
      /suppressions of shard 0 (has|is not)/,
    );
  });
});

it("the sweeper leaves a half-restored installation as it is", async () => {
  const restore = createRestore({ backup: drill.id });
  await restore.piece();
  const before = await rowsOfAll(TARGET);
  await sweep({ ...restore.ctx(), wake: async () => {} }, Date.now() + 90 * 86_400_000);
  expect(await rowsOfAll(TARGET)).toEqual(before);
});
