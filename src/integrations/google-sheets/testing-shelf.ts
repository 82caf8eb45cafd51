/** What the tests of several spreadsheets share: a world with up to three, of which each holds 99 responses. */
import { ConfigSchema } from "./manifest";
import { EMAIL, makeWorld, SHEET_ID, type World } from "./testing";

export const BOOKS = [SHEET_ID, "second", "third"];
/** Room for the first tab, the fence and 100 rows of five columns: 99 responses. */
export const ROOM = { cellsMax: 26_000 + 1 + 500, writesPerMinute: 1000, readsPerMinute: 1000 };

export interface Shelf extends World {
  /** Ids of the rows of the n-th spreadsheet. */
  in(n: number): string[];
  /** The world with another configuration, and a worker that knows nothing. */
  anew(overflow?: readonly string[]): World["deps"];
}

/** A world with an integration over the first `count` spreadsheets. */
export function shelf(count: number, options: Parameters<typeof makeWorld>[0] = ROOM): Shelf {
  const world = makeWorld(options);
  for (const id of BOOKS.slice(1)) world.emulator.createSpreadsheet({ id, title: id, sharedWith: [EMAIL] });
  const anew = (overflow: readonly string[] = BOOKS.slice(1, count)) => ({
    ...world.deps,
    config: ConfigSchema.parse({ spreadsheetId: SHEET_ID, overflow }),
    memory: new Map<string, unknown>(),
  });
  return {
    ...world,
    deps: anew(),
    anew,
    in: (n) =>
      world.emulator
        .readRows(BOOKS[n - 1] ?? "", "Responses")
        .slice(1)
        .map(([id]) => id ?? ""),
  };
}

export const named = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => `resp${from + i}`);
export const closedFences = (world: World) => world.fences().filter((id) => id.endsWith("_full"));
