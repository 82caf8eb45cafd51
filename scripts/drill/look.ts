/** What an installation holds, form by form, as its API shows it: to be compared with another one. */
import { createHash } from "node:crypto";
import type { IntegrationView } from "../../src/services/integration-view";
import type { ShardsView } from "../../src/services/shards";
import { ask, sideBySide, type Target } from "./client";
import type { LoadedForm } from "./load";

export interface Looked {
  readonly form: string;
  readonly lines: number;
  /** Of its export. */
  readonly sha256: string;
  /** Of each segment how far its log goes, and its integration's cursor. */
  readonly positions: IntegrationView["positions"];
  readonly state: string;
}

/** Every form, exported whole and hashed, with its integration. */
export const lookAtAll = (target: Target, forms: readonly LoadedForm[], parallel: number): Promise<Looked[]> =>
  sideBySide(forms, parallel, async ({ id, integration }) => {
    const { sha256, lines } = await exported(target, id);
    const at = `/v1/forms/${id}/integrations/${integration}`;
    const { positions, state } = await ask<IntegrationView>(target, "GET", at);
    return { form: id, lines, sha256, positions, state };
  });

async function exported({ url, key }: Target, form: string): Promise<Pick<Looked, "sha256" | "lines">> {
  const at = `/v1/forms/${form}/export.ndjson`;
  const response = await fetch(url + at, { headers: { authorization: `Bearer ${key}` } });
  if (!response.ok || !response.body) throw new Error(`${at}: ${response.status} ${await response.text()}`);
  const hash = createHash("sha256");
  let lines = 0;
  for await (const chunk of response.body) {
    const bytes = Buffer.from(chunk as Uint8Array);
    hash.update(bytes);
    for (let i = bytes.indexOf(10); i >= 0; i = bytes.indexOf(10, i + 1)) lines += 1;
  }
  return { sha256: hash.digest("hex"), lines };
}

/** How the forms lie on the shards, in words, a line each. */
export async function layout(root: Target, looked: readonly Looked[]): Promise<string[]> {
  const { capBytes, items } = await ask<ShardsView>(root, "GET", "/v1/shards");
  const spans = Map.groupBy(looked, ({ positions }) => positions.length);
  const counts = [...spans].toSorted(([a], [b]) => a - b).map(([n, forms]) => `${forms.length} over ${n}`);
  const mb = (bytes: number | null) => (bytes === null ? "unknown" : `${(bytes / 1e6).toFixed(1)} MB`);
  return [
    `forms by segments: ${counts.join(", ")}`,
    ...items.map(
      ({ shard, state, sizeBytes, segments, forms }) =>
        `shard ${shard} (${state}): ${mb(sizeBytes)} of ${mb(capBytes)}, ${segments} segments of ${forms} forms`,
    ),
  ];
}

/** The forms that differ, each in words. */
export function differences(before: readonly Looked[], after: readonly Looked[]): string[] {
  return before.flatMap((one, i) => {
    const other = after[i];
    const differing = (["lines", "sha256", "positions", "state"] as const).filter(
      (what) => JSON.stringify(one[what]) !== JSON.stringify(other?.[what]),
    );
    return differing.length === 0 ? [] : [`${one.form}: ${differing.join(", ")}`];
  });
}

/** Forms whose first response is not known by its key any more: sent again it must be answered with its own id. */
export async function forgotten(target: Target, forms: readonly LoadedForm[], parallel: number): Promise<string[]> {
  const ids = await sideBySide(forms, parallel, async ({ id, keyed }) => {
    const body = { responses: [keyed.item] };
    const at = `/v1/forms/${id}/responses/batch`;
    const { items } = await ask<{ items: { id?: string }[] }>(target, "POST", at, body);
    return items[0]?.id;
  });
  return forms.filter(({ keyed }, i) => ids[i] !== keyed.id).map(({ id }) => id);
}
