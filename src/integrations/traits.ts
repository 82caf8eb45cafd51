/**
 * The kinds of the catalog, as far as submissions and the workers of other kinds must know them: made of their
 * manifests by `npm run generate`, so that neither the gateway (docs/decisions/030) nor those need any.
 */
import type { EntryEvent } from "../core/integration";
import type { KindTraits } from "../core/manifest";
import table from "./traits.gen.json";

const traits = table as readonly KindTraits[];

/** The traits of a kind, or undefined. */
export const findTraits = (kind: string): KindTraits | undefined => traits.find((one) => one.kind === kind);

/** The kinds that are told of any of these events. */
export const kindsTold = (events: ReadonlySet<EntryEvent>): string[] =>
  traits.filter((one) => one.events.some((event) => events.has(event))).map(({ kind }) => kind);
