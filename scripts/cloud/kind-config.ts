/**
 * The configs of the workers of kinds: what each has in its folder, and the queues of all other kinds, for which it may
 * ring.
 */
import type { Manifest } from "../../src/core/manifest";

const folder = (kind: string) => `src/integrations/${kind}`;

/** The file that is edited, and where the config is written, from the root. */
export const kindBase = (kind: string): string => `${folder(kind)}/wrangler.toml`;
export const kindConfigFile = (kind: string): string => `${folder(kind)}/wrangler.gen.toml`;

const HEAD = "# Written by `npm run generate` from wrangler.toml here and src/integrations/catalog.ts: change those.\n";

/** The text of it; `own` is of the kind's wrangler.toml. */
export function kindConfig(own: string, kind: string, kinds: readonly Manifest[]): string {
  const others = kinds.filter((other) => other.kind !== kind);
  return [HEAD, own.trimEnd(), ...others.map(producerOf), ""].join("\n");
}

/** The binding by which a worker rings for a kind. */
export const producerOf = ({ queue, queueBinding }: Pick<Manifest, "queue" | "queueBinding">): string => `
[[queues.producers]]
binding = "${queueBinding}"
queue = "${queue}"`;
