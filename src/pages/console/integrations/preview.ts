/** What an integration would send for the newest response of its form. */
import type { CachedForm, Context } from "../../../context";
import { AppError } from "../../../core/errors";
import type { Preview } from "../../../core/integration";
import { hasScope } from "../../../services/access";
import { previewIntegration } from "../../../services/integration-preview";
import { listResponses } from "../../../services/list-responses";
import { attempt } from "../../../services/store-failure";
import type { Visit } from "../env";

interface Asked {
  readonly ctx: Context;
  readonly workspace: string;
  readonly key: Visit["key"];
}

/** Answers are shown only to who may read them. Throws as previewIntegration does. */
export async function previewFor(
  { ctx, workspace, key }: Asked,
  of: { readonly form: CachedForm; readonly kind: string; readonly config: unknown },
): Promise<Preview> {
  const form = of.form.id;
  const page = { form, limit: 1, order: "desc" as const, filters: [], metadata: [] };
  const newest = hasScope(key, "responses:read") ? (await listResponses(ctx, workspace, page)).items[0] : undefined;
  const show = (answers: Readonly<Record<string, unknown>>) =>
    previewIntegration(ctx, workspace, { form, kind: of.kind, config: of.config, answers });
  const found = await attempt(() => show(newest?.answers ?? {}));
  // It may answer an older version, whose answers this one does not take.
  if (found instanceof AppError && found.code === "invalid_answers") return show({});
  if (found instanceof AppError) throw found;
  return found;
}
