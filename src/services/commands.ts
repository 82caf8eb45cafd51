/** Commands to the integrations of a form, told to their cursors right after they were given. */
import type { Context } from "../context";
import { type Obeyed, obeyCommands } from "../dispatch/obey";

/**
 * Tells the cursors what was commanded just now, in the session of this request: its bookmarks cover it. What this does
 * not come to the sweeper does.
 */
export const tellCursors = (ctx: Context, form: string): Promise<Obeyed> =>
  obeyCommands({ ...ctx.opener, shards: ctx.shards }, form);

/** The same, and wakes those that may go on. */
export async function tellAndWake(ctx: Context, form: string): Promise<void> {
  const { wakeUps } = await tellCursors(ctx, form);
  await ctx.wake(wakeUps);
}
