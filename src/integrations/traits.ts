/**
 * The kinds of the catalog, as far as submissions must know them: made of their manifests by `npm run generate`, so that the
 * gateway needs none of those (docs/decisions/030).
 */
import type { KindTraits } from "../core/manifest";
import table from "./traits.gen.json";

const traits = table as readonly KindTraits[];

/** The traits of a kind, or undefined. */
export const findTraits = (kind: string): KindTraits | undefined => traits.find((one) => one.kind === kind);
