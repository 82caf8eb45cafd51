/**
 * A form over three databases with integrations, for tests of what is commanded: what each cursor is, and what the
 * control database says of it.
 */
import { env } from "cloudflare:workers";
import type { Context } from "../../src/context";
import { eraseDeletedIntegrations } from "../../src/dispatch/erase";
import { openNextSegment, settleForms } from "../../src/dispatch/next-segment";
import { authenticate } from "../../src/services/access";
import type { Named } from "../../src/services/integrations";
import { findCursor, type KnownCursor } from "../../src/store/cursor-control";
import { findIntegration } from "../../src/store/integrations";
import { QUESTIONS } from "./api";
import { createSpan } from "./span";

export const WEBHOOK = { kind: "webhook", config: { url: "https://example.org/hook" } };

export type Commanded = Awaited<ReturnType<typeof createCommanded>>;

export async function createCommanded() {
  const span = await createSpan({ segmentMax: 1_000 });
  const { ctx } = span;
  const key = await span.newWorkspace();
  const { workspace } = await authenticate(ctx, key);
  let form = "";
  const post = (path: string, body: unknown, headers = {}) =>
    span.call("POST", `/v1/forms/${form}/${path}`, { key, body, headers });

  /** Opens the form's next segment, as one that is full does. */
  async function openNext(on: Context = ctx): Promise<void> {
    const from = (await span.segments(form)).at(-1);
    if (from) await openNextSegment(on.opener, { form, from, anywhere: true });
  }

  /** The cursor of an integration in each segment of the form, oldest first. */
  async function cursorsOf(integration: string): Promise<(KnownCursor | null)[]> {
    const row = await findIntegration(env.DB, form, integration);
    const segments = await span.segments(form);
    return Promise.all(segments.map(({ shard, no }) => findCursor(ctx.shards.get(shard).db, no, row?.no ?? -1)));
  }

  return {
    ctx,
    key,
    workspace,
    span,
    post,
    openNext,
    cursorsOf,
    form: () => form,
    named: (integration: string): Named => ({ form, integration }),
    /** A form whose log goes over so many segments, with a response in each. */
    async begin(segments: number): Promise<void> {
      form = await span.newForm(key, { title: "Commanded", questions: QUESTIONS });
      for (let i = 0; i < segments; i += 1) {
        if (i > 0) await openNext();
        await this.submit();
      }
    },
    async submit(): Promise<void> {
      const { status } = await post("responses", { answers: { name: "Asha" } });
      if (status !== 201) throw new Error(`a response was answered ${status}`);
    },
    async integrate(more: Record<string, unknown> = {}): Promise<string> {
      const { status, body } = await post("integrations", { ...WEBHOOK, ...more });
      if (status !== 201) throw new Error(JSON.stringify(body));
      return body.id;
    },
    statesOf: async (integration: string) => (await cursorsOf(integration)).map((cursor) => cursor?.state ?? "none"),
    /** What a sweep does for what was cut short. */
    async sweep(): Promise<void> {
      await settleForms(ctx.opener);
      await eraseDeletedIntegrations(ctx, ctx.now());
    },
    /** Actions of the audit log on an object, that which was written last first. */
    async actionsOn(object: string): Promise<string[]> {
      const entries = env.DB.prepare("SELECT action FROM audit WHERE workspace = ? AND object = ? ORDER BY no DESC");
      const { results } = await entries.bind(workspace, object).all<{ action: string }>();
      return results.map(({ action }) => action);
    },
    /** Numbers that have a cursor anywhere and are those of no integration. */
    async orphans(): Promise<number[]> {
      const numbers = new Set<number>();
      for (const { db } of ctx.shards.all) {
        const { results } = await db.prepare("SELECT DISTINCT integration AS no FROM cursors").all<{ no: number }>();
        for (const { no } of results) numbers.add(no);
      }
      const { results } = await env.DB.prepare("SELECT no FROM integrations").all<{ no: number }>();
      for (const { no } of results) numbers.delete(no);
      return [...numbers];
    },
  };
}
