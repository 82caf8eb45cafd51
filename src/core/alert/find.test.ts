import { describe, expect, it } from "vitest";
import { withoutAddress } from "./alert";
import {
  type CursorFacts,
  type DeadFacts,
  findAlerts,
  type IntegrationFacts,
  type KeyFacts,
  type ShardFacts,
} from "./find";
import { LIMITS } from "./limits";

const NOW = Date.UTC(2026, 10, 29, 12);
const HOUR = Math.floor(NOW / 3_600_000);
const well: CursorFacts = {
  state: "active",
  blocked: null,
  lastError: null,
  behind: 0,
  oldestAt: null,
  parkedLately: 0,
  tally: [],
};
const ago = (seconds: number) => NOW - seconds * 1000;

const integration = (...cursors: Partial<CursorFacts>[]): IntegrationFacts => ({
  id: "int_1",
  workspace: "ws_1",
  form: "form_1",
  formTitle: "Visit",
  kindTitle: "Google Sheets",
  cursors: cursors.map((change) => ({ ...well, ...change })),
});
const key = (expiresAt: number): KeyFacts => ({
  id: "key_1",
  workspace: "ws_1",
  form: null,
  name: "Phones",
  expiresAt,
});
const shard = (change: Partial<NonNullable<ShardFacts["vitals"]>> | null): ShardFacts => ({
  no: 3,
  vitals: change && { schemaIsOld: false, sweptAt: ago(60), sizeBytes: 1e6, ...change },
});

const dead = (seconds: number, change: Partial<DeadFacts> = {}): DeadFacts => ({
  form: "form_1",
  workspace: "ws_1",
  formTitle: "Visit",
  count: 3,
  oldestAt: ago(seconds),
  ...change,
});

interface Given {
  readonly cursors?: Partial<CursorFacts>[];
  readonly keys?: KeyFacts[];
  readonly shards?: ShardFacts[];
  /** Bytes of each database of indexes; null: it can't be asked. */
  readonly indexes?: (number | null)[];
  readonly backup?: { at: number; none: boolean } | null;
  readonly dead?: DeadFacts[];
  readonly publicUrl?: string | null;
}
const found = ({ cursors = [], keys = [], shards = [], indexes = [], backup = null, dead = [], ...given }: Given) =>
  findAlerts(
    {
      integrations: cursors.length > 0 ? [integration(...cursors)] : [],
      keys,
      shards,
      indexes: indexes.map((sizeBytes, no) => ({ no, sizeBytes })),
      backup,
      dead,
      publicUrl: given.publicUrl === undefined ? "https://f.example" : given.publicUrl,
    },
    NOW,
  );

const stopped = (seconds: number): Partial<CursorFacts> => ({
  state: "blocked",
  blocked: { since: ago(seconds), causes: [] },
  lastError: "Share the sheet.",
});

describe("a cause", () => {
  it.each<[what: string, given: Given, causes: string[]]>([
    ["nothing", { cursors: [{}], shards: [shard({})] }, []],
    ["just stopped", { cursors: [stopped(LIMITS.blockedSeconds - 1)] }, []],
    ["stopped", { cursors: [stopped(LIMITS.blockedSeconds)] }, ["integration_blocked/int_1"]],
    ["stopped, nobody knows since when", { cursors: [{ state: "blocked" }] }, ["integration_blocked/int_1"]],
    [
      "stopped and far behind: one cause",
      { cursors: [{ ...stopped(999), oldestAt: 0, behind: 1e6 }] },
      ["integration_blocked/int_1"],
    ],
    ["paused", { cursors: [{ state: "paused", oldestAt: 0, behind: 1e6, parkedLately: 20 }] }, []],
    ["behind a little", { cursors: [{ oldestAt: ago(LIMITS.lagSeconds - 1), behind: LIMITS.lagEntries - 1 }] }, []],
    ["behind for long", { cursors: [{ oldestAt: ago(LIMITS.lagSeconds), behind: 1 }] }, ["lag/int_1"]],
    ["behind by many, over two segments", { cursors: [{ behind: 30_000 }, { behind: 20_000 }] }, ["lag/int_1"]],
    ["some parked", { cursors: [{ parkedLately: LIMITS.parkedAnHour - 1 }] }, []],
    ["many parked", { cursors: [{ parkedLately: LIMITS.parkedAnHour }] }, ["parked_grows/int_1"]],
    ["few errors", { cursors: [{ tally: [[HOUR, 0, LIMITS.errorsMin - 1]] }] }, []],
    ["a small share of errors", { cursors: [{ tally: [[HOUR, 800, 200]] }] }, []],
    [
      "many errors",
      {
        cursors: [
          {
            tally: [
              [HOUR - 1, 50, 10],
              [HOUR, 10, 10],
            ],
          },
        ],
      },
      ["error_rate/int_1"],
    ],
    ["errors of before", { cursors: [{ tally: [[HOUR - 2, 0, 500]] }] }, []],
    ["a backup of last night", { backup: { at: ago(LIMITS.backupSeconds) + 1, none: false } }, []],
    ["a night without backup", { backup: { at: ago(LIMITS.backupSeconds), none: false } }, ["backup_old"]],
    ["never a backup", { backup: { at: ago(LIMITS.backupSeconds), none: true } }, ["backup_old"]],
    ["dead letters that will be tried in a moment", { dead: [dead(LIMITS.deadSeconds - 1)] }, []],
    ["dead letters that stay", { dead: [dead(LIMITS.deadSeconds)] }, ["intake_dead", "intake_dead/form_1"]],
    [
      "dead letters of which nobody knows whose they are",
      { dead: [dead(LIMITS.deadSeconds, { workspace: null, formTitle: null, form: "" })] },
      ["intake_dead"],
    ],
    ["a key that has long to go", { keys: [key(NOW + 8 * 86_400_000)] }, []],
    ["a key that expires", { keys: [key(NOW + 6 * 86_400_000)] }, ["key_expires/key_1"]],
    ["a key that has expired", { keys: [key(NOW)] }, []],
    ["a shard that can't be asked", { shards: [shard(null)] }, ["shard_not_ready/3"]],
    ["an old shard", { shards: [shard({ schemaIsOld: true })] }, ["shard_not_ready/3"]],
    ["a shard that was never swept", { shards: [shard({ sweptAt: null })] }, []],
    ["a shard that was swept just in time", { shards: [shard({ sweptAt: ago(LIMITS.sweepSeconds - 1) })] }, []],
    ["a shard that was not", { shards: [shard({ sweptAt: ago(LIMITS.sweepSeconds) })] }, ["sweeper_stopped/3"]],
    ["indexes with room", { indexes: [LIMITS.indexBytes - 1] }, []],
    ["indexes without room", { indexes: [LIMITS.indexBytes] }, ["indexes_nearly_full"]],
    ["indexes with room in another database", { indexes: [LIMITS.indexBytes, 1e6] }, []],
    ["indexes without room in any", { indexes: [9.9e9, LIMITS.indexBytes] }, ["indexes_nearly_full"]],
    ["indexes without room where they can be asked", { indexes: [null, 9e9] }, ["indexes_nearly_full"]],
    ["indexes that can't be asked", { indexes: [null] }, []],
    ["a full shard", { shards: [shard({ sizeBytes: LIMITS.shardBytes })] }, ["shard_nearly_full/3"]],
  ])("%s", (_, given, causes) => {
    expect(found(given).map(({ cause }) => cause)).toEqual(causes);
  });

  it("is told in words that say what to do, and where", () => {
    const [alert] = found({ cursors: [stopped(3_600)] });
    expect(alert).toMatchObject({
      workspace: "ws_1",
      form: "form_1",
      integration: "int_1",
      subject: "Stopped: Google Sheets of “Visit”",
    });
    expect(alert?.text).toBe(
      "Google Sheets of “Visit” has been stopped since 2026-11-29 11:00 UTC. Share the sheet. Nothing is lost: mend this, then resume it at https://f.example/console/forms/form_1/integrations/int_1",
    );
  });

  it("on a page that links to the integration is a whole sentence without its address, whatever the rule and wherever the console is", () => {
    const tally: CursorFacts["tally"] = [[HOUR, 0, LIMITS.errorsMin]];
    const cursors = [stopped(3_600), { behind: LIMITS.lagEntries, parkedLately: LIMITS.parkedAnHour, tally }];
    for (const publicUrl of ["https://f.example", null]) {
      const alerts = found({ cursors, publicUrl });
      expect(alerts.map(({ rule }) => rule)).toEqual(["integration_blocked", "lag", "parked_grows", "error_rate"]);
      for (const { text } of alerts) expect(withoutAddress(text)).toMatch(/^[^/]*[^.]\.$/);
    }
    expect(withoutAddress("Nothing to leave out at all.")).toBe("Nothing to leave out at all.");
  });

  it("of dead letters says to each workspace how many are its own, and to the installation how many there are", () => {
    const others = dead(900, { form: "form_2", workspace: "ws_2", formTitle: "Census", count: 40 });
    const alerts = found({ dead: [dead(600), others] });
    expect(alerts.map(({ workspace, form, subject }) => [workspace, form, subject])).toEqual([
      [null, null, "43 accepted submissions can't be stored"],
      ["ws_1", "form_1", "Responses of “Visit” are not stored yet"],
      ["ws_2", "form_2", "Responses of “Census” are not stored yet"],
    ]);
    expect(alerts[0]?.text).toContain("the oldest since 2026-11-29 11:45 UTC");
    expect(alerts[1]?.text).toContain("3 responses of “Visit”");
  });

  it("of the installation is no workspace's business", () => {
    expect(found({ shards: [shard(null), shard({ sizeBytes: 9e9 })] }).map(({ workspace }) => workspace)).toEqual([
      null,
      null,
    ]);
  });
});
