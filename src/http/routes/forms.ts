/** /v1/forms: forms and what becomes of them. */
import { Hono, type Context as HonoContext } from "hono";
import * as z from "zod";
import type { AppEnv } from "../../context";
import { AppError } from "../../core/errors";
import { ACCESS } from "../../core/form";
import { DefinitionSchema } from "../../core/form-schema";
import { SettingsPatchSchema, SettingsSchema } from "../../core/form-settings-schema";
import { MetadataSchema } from "../../core/metadata-schema";
import { checkWith } from "../../services/check";
import { deleteForm, restoreForm } from "../../services/form-deletion";
import * as forms from "../../services/form-verbs";
import { askForRecheck } from "../../services/rechecks";
import { TurnstileSchema } from "../../services/turnstile-keys";
import { withKey } from "../auth";
import { readJson, readOptionalJson } from "../body";
import { answerTagged } from "../conditional";
import { listBody, numberedPage } from "../list";
import { draftRoutes, versionRoutes } from "./versions";

/** What stands beside the definition in the body of a new form. */
export const BesideSchema = z.strictObject({
  access: z.enum(ACCESS).default("public"),
  metadata: MetadataSchema.default({}),
  turnstile: TurnstileSchema.nullable().optional(),
  draft: z.boolean().default(false),
  ...SettingsSchema.shape,
});
export const FormPatchBody = z.strictObject({
  access: z.enum(ACCESS).optional(),
  metadata: MetadataSchema.optional(),
  turnstile: TurnstileSchema.nullable().optional(),
  ...SettingsPatchSchema.shape,
});
export const DuplicateBody = z.strictObject({ title: DefinitionSchema.shape.title.optional() });
export const RETENTION_DAYS = 30;
export const RETENTION_DAYS_MAX = 3650;

/** Splits the body of a new form: what belongs to the form itself, and the definition (or the draft of one). */
function readForm(body: unknown): forms.FormInput {
  const entries = typeof body === "object" && body !== null ? Object.entries(body) : [];
  const own = (key: string) => Object.hasOwn(BesideSchema.shape, key);
  const beside = checkWith(BesideSchema, Object.fromEntries(entries.filter(([key]) => own(key))));
  const rest = Object.fromEntries(entries.filter(([key]) => !own(key)));
  const { access, metadata, turnstile, draft, ...settings } = beside;
  const form = { access, metadata, turnstile, settings };
  if (draft) return { ...form, definition: null, draft: rest };
  return { ...form, definition: checkWith(DefinitionSchema, rest) };
}

function retentionDays(c: HonoContext): number {
  const text = c.req.query("retentionDays") ?? String(RETENTION_DAYS);
  if (!/^\d{1,4}$/.test(text) || Number(text) > RETENTION_DAYS_MAX) {
    throw new AppError("invalid_parameter", { detail: `\`retentionDays\` is from 0 to ${RETENTION_DAYS_MAX}.` });
  }
  return Number(text);
}

/** `?archived=true` or `?deleted=true`: the forms that are in no other list. */
function shown(c: HonoContext): "current" | "archived" | "deleted" {
  const [archived, deleted] = [c.req.query("archived"), c.req.query("deleted")];
  if (![archived, deleted].every((text) => text === undefined || text === "true" || text === "false")) {
    throw new AppError("invalid_parameter", { detail: "`archived` and `deleted` are true or false." });
  }
  if (deleted === "true") return "deleted";
  return archived === "true" ? "archived" : "current";
}

export const SEARCH_MAX = 100;

/** A part of the titles that are wanted. */
function searched(c: HonoContext): string | undefined {
  const text = c.req.query("search")?.trim();
  if ((text?.length ?? 0) <= SEARCH_MAX) return text || undefined;
  throw new AppError("invalid_parameter", { detail: `\`search\` has at most ${SEARCH_MAX} characters.` });
}

const stateRoutes = new Hono<AppEnv>()
  .post("/open", withKey("forms:write"), async (c) => {
    const input = { form: c.req.param("form") ?? "", state: "open" as const };
    return c.json(await forms.setFormState(c.get("ctx"), c.get("key").workspace, input));
  })
  .post("/close", withKey("forms:write"), async (c) => {
    const input = { form: c.req.param("form") ?? "", state: "closed" as const };
    return c.json(await forms.setFormState(c.get("ctx"), c.get("key").workspace, input));
  })
  .post("/archive", withKey("forms:write"), async (c) => {
    const input = { form: c.req.param("form") ?? "", archived: true };
    return c.json(await forms.setArchived(c.get("ctx"), c.get("key").workspace, input));
  })
  .post("/unarchive", withKey("forms:write"), async (c) => {
    const input = { form: c.req.param("form") ?? "", archived: false };
    return c.json(await forms.setArchived(c.get("ctx"), c.get("key").workspace, input));
  })
  .post("/recheck", withKey("forms:write"), async (c) => {
    const input = { form: c.req.param("form") ?? "" };
    return c.json(await askForRecheck(c.get("ctx"), c.get("key").workspace, input), 202);
  })
  .post("/restore", withKey("forms:write"), async (c) =>
    c.json(await restoreForm(c.get("ctx"), c.get("key").workspace, { form: c.req.param("form") ?? "" })),
  );

export const formRoutes = new Hono<AppEnv>()
  .post("/forms", withKey("forms:write"), async (c) => {
    const input = readForm(await readJson(c));
    const form = await forms.createForm(c.get("ctx"), c.get("key").workspace, input);
    return c.json(form, 201, { location: `/v1/forms/${form.id}` });
  })
  .get("/forms", withKey("forms:read", { narrows: true }), async (c) => {
    const { workspace, form } = c.get("key");
    const page = { ...numberedPage(c), shown: shown(c), only: form, search: searched(c) };
    return c.json(listBody(await forms.listForms(c.get("ctx"), workspace, page)));
  })
  .get("/forms/:form", withKey("forms:read"), async (c) =>
    answerTagged(c, await forms.getForm(c.get("ctx"), c.get("key").workspace, { form: c.req.param("form") })),
  )
  .patch("/forms/:form", withKey("forms:write"), async (c) => {
    const input = { form: c.req.param("form"), change: checkWith(FormPatchBody, await readJson(c)) };
    return c.json(await forms.updateForm(c.get("ctx"), c.get("key").workspace, input));
  })
  .delete("/forms/:form", withKey("forms:write"), async (c) => {
    const input = { form: c.req.param("form"), retentionDays: retentionDays(c) };
    return c.json(await deleteForm(c.get("ctx"), c.get("key").workspace, input));
  })
  .post("/forms/:form/duplicate", withKey("forms:write", { makesForms: true }), async (c) => {
    const { title } = checkWith(DuplicateBody, await readOptionalJson(c));
    const input = { form: c.req.param("form"), ...(title !== undefined && { title }) };
    const form = await forms.duplicateForm(c.get("ctx"), c.get("key").workspace, input);
    return c.json(form, 201, { location: `/v1/forms/${form.id}` });
  })
  .route("/forms/:form/versions", versionRoutes)
  .route("/forms/:form", draftRoutes)
  .route("/forms/:form", stateRoutes);
