/** Cursors made and told by hand, without what the row of their integration says. */
import { type Command, tellStatements } from "../../src/store/commands";
import { createStatement, findCursor, type NewCursor } from "../../src/store/cursor-control";

export const createCursor = (db: D1Database, cursor: NewCursor) => createStatement(db, cursor).run();

/** Stops a cursor, or lets it go on at `now`. */
export async function setPaused(
  db: D1Database,
  { segment, integration }: { segment: number; integration: number },
  { paused, now }: { paused: boolean; now: number },
): Promise<void> {
  const cursor = await findCursor(db, segment, integration);
  if (!cursor) throw new Error("there is no such cursor");
  const command = cursor.obeyed + 1;
  const told: Command = {
    no: integration,
    kind: cursor.kind,
    createdAt: 0,
    command,
    obeyed: cursor.obeyed,
    paused: paused ? 1 : 0,
    held: 0,
    resumed: paused ? 0 : command,
    renewed: 0,
    places: null,
  };
  await db.batch(tellStatements(db, told, { segment, isIndex: false, now }));
}
