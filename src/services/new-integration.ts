/**
 * Configures an integration on a form. One batch makes it, with its credentials and with the place where each of its
 * cursors begins; the cursors are made after that, by whoever comes to it first: this, the same request when it is sent
 * again, or the sweeper (dispatch/obey.ts).
 */
import type { CachedForm, Context } from "../context";
import { AppError } from "../core/errors";
import { fingerprintOf } from "../core/fingerprint";
import { newId, segmentStart } from "../core/ids";
import type { Manifest } from "../core/integration";
import type { Places } from "../store/commands";
import * as store from "../store/integrations";
import { type Ends, endsOf, listSegments, segmentKey } from "../store/shards";
import { audited } from "./audit";
import { tellAndWake, tellCursors } from "./commands";
import { type MadeSecrets, makeConnection } from "./connections";
import { loadOwnForm, missing } from "./forms";
import { type IntegrationView, viewIntegration } from "./integration-view";
import { checkSetup, findManifest, type Setup } from "./integrations";
import { KEY_REUSED } from "./prepare";

export interface IntegrationInput {
  readonly kind: string;
  readonly config: unknown;
  readonly filter?: string | null;
  /** `beginning`: the responses that are there already are delivered too. `now` unless told; an index has them all. */
  readonly start?: "now" | "beginning";
  /** The same content with the same key makes one integration of the form, however often it is sent. */
  readonly idempotencyKey?: string | undefined;
}

/** `replayed`: an earlier request with this key had made it. */
export type CreatedIntegration = IntegrationView & MadeSecrets & { readonly replayed?: true };

type Input = IntegrationInput & { readonly form: string };

/**
 * Configures a kind on a form and starts it; credentials that were made for it are shown only now, not to a repeat.
 * Throws `invalid_request` with what is wrong in the config, `idempotency_key_reused`.
 */
export async function createIntegration(ctx: Context, workspace: string, input: Input): Promise<CreatedIntegration> {
  const form = await loadOwnForm(ctx, workspace, input.form);
  const known = await findMade(ctx, input);
  if (known) return known;
  const manifest = findManifest(input.kind);
  const checked = await checkSetup(ctx, form, { manifest, config: input.config, filter: input.filter ?? null });
  const { setup, connection } = await withConnection(ctx, form, { manifest, setup: checked });
  const start = startOf(manifest, input.start);
  const places = await placesOf(ctx, form, { manifest, start });
  const names = { id: newId("int", ctx.random), workspace, form: form.id, kind: manifest.kind };
  const detail = { form: form.id, kind: manifest.kind, start };
  const row = await store.insertIntegration(
    ctx.shards.control,
    { ...names, ...setup, ...(await keyOf(input)), places, createdAt: ctx.now() },
    { entry: audited(ctx, { workspace, action: "integration.created", object: names.id, detail }), connection },
  );
  if (!row) return (await findMade(ctx, input)) ?? Promise.reject(missing());
  const { wakeUps } = await tellCursors(ctx, form.id);
  if (start === "beginning") await ctx.wake(wakeUps);
  return { ...(await viewIntegration(ctx, row)), ...connection?.shown };
}

async function keyOf(input: Input): Promise<Pick<store.NewIntegration, "idempotencyKey" | "fingerprint">> {
  const { kind, config, filter = null, start = null, idempotencyKey } = input;
  if (idempotencyKey === undefined) return { idempotencyKey: null, fingerprint: null };
  return { idempotencyKey, fingerprint: await fingerprintOf([kind, config, filter, start]) };
}

/**
 * What an earlier request with the same key has made, as it is now; its cursors are made if that did not come to it.
 */
async function findMade(ctx: Context, input: Input): Promise<CreatedIntegration | null> {
  const { idempotencyKey, fingerprint } = await keyOf(input);
  const row = idempotencyKey === null ? null : await store.findByKey(ctx.shards.control, input.form, idempotencyKey);
  if (!row) return null;
  if (row.fingerprint !== fingerprint) throw new AppError("idempotency_key_reused", { detail: KEY_REUSED });
  await tellAndWake(ctx, row.form);
  return { ...(await viewIntegration(ctx, row)), replayed: true };
}

/** Where an integration starts. Throws `invalid_request` when an index is to leave out what is there already. */
function startOf({ index, kind }: Manifest, start: IntegrationInput["start"]): "now" | "beginning" {
  if (!index) return start ?? "now";
  if (start !== "now") return "beginning";
  const detail = `${kind} keeps an index of all responses: leave \`start\` out. A filter leaves responses out.`;
  throw new AppError("invalid_request", { errors: [{ pointer: "/start", code: "index_starts_at_beginning", detail }] });
}

/** A connection of its own, for kinds whose credentials Formlog makes and that were given none. */
async function withConnection(
  ctx: Context,
  form: CachedForm,
  { manifest, setup }: { manifest: Manifest; setup: Setup },
) {
  if (!manifest.credentials || setup.connection !== null) return { setup, connection: null };
  const name = `${manifest.title} of ${form.title}`.slice(0, 200);
  const made = await makeConnection(ctx, form.workspace, { kind: manifest.kind, name });
  const { id } = made.row;
  return { setup: { ...setup, config: { ...setup.config, connection: id }, connection: id }, connection: made };
}

/**
 * Where the cursor of each segment begins: as the log is now, so that what comes in from here on is delivered whenever
 * the cursors are made. A round trip, and one for each shard.
 */
async function placesOf(
  ctx: Context,
  form: CachedForm,
  { manifest, start }: { manifest: Manifest; start: "now" | "beginning" },
): Promise<Places> {
  const follows = manifest.events.some((event) => event !== "created");
  const ends = await endsOf(ctx.shards, await listSegments(ctx.shards, form.id));
  const placeOf = ({ shard, segment, responses, revisions }: Ends) => {
    const position = start === "now" ? responses : segmentStart(segment);
    // A back-fill reads responses as they are now: earlier changes are in them.
    return [segmentKey({ shard, no: segment }), [position, follows ? revisions : null]] as const;
  };
  return Object.fromEntries(ends.map(placeOf));
}
