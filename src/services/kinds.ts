/** The kinds as people and programs see them: what each does, and what its config and its credentials must be. */
import type { EntryEvent, Manifest, Policy } from "../core/integration";
import { toJsonSchema } from "../core/json-schema";
import type { Example } from "../core/manifest";
import type { JsonSchema } from "../core/openapi";
import { catalog } from "../integrations/kinds";

export interface KindView {
  readonly kind: string;
  readonly title: string;
  readonly summary: string;
  /** Steps for the person who sets it up, in Markdown. */
  readonly setup: string;
  /** JSON Schemas with titles and descriptions; null: it needs no credentials. */
  readonly config: JsonSchema;
  readonly secrets: JsonSchema | null;
  /** `made`: by Formlog itself, where none are given. */
  readonly credentials: "none" | "given" | "made";
  readonly example: Example;
  /** Variables of the environment of its worker. */
  readonly settings: readonly { readonly name: string; readonly about: string; readonly secret: boolean }[];
  /** What its provider is called in the addresses of callbacks. */
  readonly provider: string | null;
  readonly events: readonly EntryEvent[];
  readonly policy: Policy & { readonly reconciled: boolean };
}

/** What the API says of a kind. */
export function viewKind(manifest: Manifest): KindView {
  const { kind, title, summary, setup, example, provider = null, events, policy, reconciled } = manifest;
  const secrets = toJsonSchema(manifest.secrets, { secret: true });
  const needsNone = Object.keys(secrets.properties ?? {}).length === 0;
  return {
    kind,
    title,
    summary,
    setup,
    config: toJsonSchema(manifest.config),
    secrets: needsNone ? null : secrets,
    credentials: needsNone ? "none" : manifest.credentials ? "made" : "given",
    example,
    settings: Object.entries(manifest.settings ?? {}).map(([name, { about, secret = false }]) => {
      return { name, about, secret };
    }),
    provider,
    events,
    policy: { ...policy, reconciled },
  };
}

let all: readonly KindView[] | undefined;

/** Every kind of this installation, in the order of the catalog. Made once for each isolate. */
export function listKinds(): readonly KindView[] {
  all ??= catalog.map(viewKind);
  return all;
}
