/**
 * What things are called that are known by their ids: workspaces, keys, kinds. For people; nothing is decided by a
 * name.
 */
import type { Context } from "../context";
import { findKind } from "../integrations/kinds";
import { readFormTitles } from "../store/forms";
import type { KeyRow } from "../store/key-reads";
import * as store from "../store/keys";
import { recall } from "./recall";

/** The name of the workspace that a key is of. */
export async function workspaceName(ctx: Context, { workspace }: Pick<KeyRow, "workspace">): Promise<string> {
  const read = () => store.findWorkspace(ctx.primary.control, workspace);
  return (await recall(ctx, ctx.workspaces, { id: workspace, read }))?.name ?? "";
}

/**
 * Who these actors are (ids of keys, and others: `root`, `collector`, integrations) by name, as far as they are keys;
 * one round trip.
 */
export async function actorNames(
  ctx: Context,
  workspace: string,
  actors: readonly (string | null)[],
): Promise<ReadonlyMap<string, string>> {
  const ids = new Set(actors.flatMap((actor) => (actor?.startsWith("key_") ? [actor] : [])));
  return store.readKeyNames(ctx.shards.control, workspace, [...ids]);
}

/** The titles of these forms of a workspace by id, deleted ones too; one round trip. */
export const formTitles = (
  ctx: Context,
  workspace: string,
  ids: readonly string[],
): Promise<ReadonlyMap<string, string>> => readFormTitles(ctx.shards.control, workspace, [...new Set(ids)]);

/** The title of a kind; the kind itself when it is not installed any more. */
export const kindTitle = (kind: string): string => findKind(kind)?.title ?? kind;
