/** The kinds of the catalog, as a list. */
import type { Manifest } from "../core/integration";
import type { NoticeEvent } from "../core/notice";
import * as lines from "./catalog";

export const catalog: readonly Manifest[] = Object.values(lines);

/** The manifest of a kind, or undefined. */
export const findKind = (kind: string): Manifest | undefined => catalog.find((manifest) => manifest.kind === kind);

/** The manifest of the kind whose provider is called so in the addresses of callbacks, or undefined. */
export const findProvider = (provider: string): Manifest | undefined =>
  catalog.find((manifest) => manifest.provider === provider);

/** Whether an integration of a kind, configured so, wants to be told what happened to another one of its form. */
export const wantsNotice = (row: { readonly kind: string; readonly config: unknown }, event: NoticeEvent): boolean =>
  findKind(row.kind)?.noticesOf?.(row.config).includes(event) === true;
