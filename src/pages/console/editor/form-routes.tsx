/** New forms, settings, sharing, and what is done with a form as a whole. */
import { Hono } from "hono";
import * as z from "zod";
import { asDraft } from "../../../core/draft/draft";
import { textOf } from "../../../core/draft/json";
import { AppError } from "../../../core/errors";
import { ACCESS } from "../../../core/form";
import { SettingsPatchSchema } from "../../../core/form-settings-schema";
import { MetadataSchema } from "../../../core/metadata-schema";
import { requireForm } from "../../../services/access";
import { checkWith } from "../../../services/check";
import { createForm, getFormView, updateForm } from "../../../services/form-verbs";
import type { ConsoleEnv } from "../env";
import { may } from "../guard";
import { formPath } from "../paths";
import { act, show, statusOf } from "../show";
import { DEEDS, type DeedName, DeedPage, isDeed } from "./deeds";
import type { ConsoleContext } from "./edit";
import { inputsOf } from "./inputs";
import { NewFormPage } from "./new";
import { editPath } from "./paths";
import { previewPages, publishPages } from "./publish-routes";
import { SettingsPage } from "./settings";
import { changedSince, seenFields, sentSetting, settingsFields, touched, typedSetting } from "./settings-fields";
import { SharePage } from "./share";

const read = may("forms:read");
const write = may("forms:write");

const asked = (c: ConsoleContext) => ({ ctx: c.get("ctx"), workspace: c.get("key").workspace });

const newFormPages = new Hono<ConsoleEnv>()
  .get("/forms/new", write, (c) => show(c, <NewFormPage title="" json="" />))
  .post("/forms/new", write, (c) => {
    const [title, json] = [c.get("sent").get("title") ?? "", c.get("sent").get("json") ?? ""];
    return act(c, {
      run: async () => {
        const { ctx, workspace } = asked(c);
        const imported = json.trim() === "" ? {} : readDefinition(json);
        const named = title.trim() || textOf(imported.title) || "Untitled";
        const draft = { title: named, questions: [], ...imported, ...(title.trim() && { title: named }) };
        const made = await createForm(ctx, workspace, { definition: null, draft, access: "public", metadata: {} });
        return { path: editPath(made.id), done: "The form is made. Nobody sees it before you publish it." };
      },
      refused: (error) => show(c, <NewFormPage title={title} json={json} error={error} />, statusOf(c, error)),
    });
  });

/** A definition from elsewhere: what it has wrong is told by the draft. Throws `malformed_json`. */
function readDefinition(json: string): Readonly<Record<string, unknown>> {
  try {
    const draft = asDraft(JSON.parse(json));
    if (draft) return draft;
  } catch (error) {
    throw new AppError("malformed_json", { detail: error instanceof SyntaxError ? `${error.message}.` : "" });
  }
  throw new AppError("malformed_json", { detail: "A definition is an object with a title and questions." });
}

const SettingsBody = z.strictObject({
  access: z.enum(ACCESS).optional(),
  metadata: MetadataSchema.optional(),
  ...SettingsPatchSchema.shape,
});

const settingsPages = new Hono<ConsoleEnv>()
  .get("/forms/:form/settings", write, (c) => showSettings(c))
  .post("/forms/:form/settings", write, (c) =>
    act(c, {
      run: async () => {
        const { ctx, workspace } = asked(c);
        const form = await getFormView(ctx, workspace, c.req.param());
        const [sent, now] = [c.get("sent"), settingsFields(form)];
        const seen = sent.get("seen") ?? "";
        const changed = touched(seenFields(seen, now), sent);
        const overtakenBy = [...changedSince(seen, now)].filter((name) => changed.has(name));
        if (seen !== "" && overtakenBy.length > 0) throw settingsStale(overtakenBy);
        const typed = Object.fromEntries([...changed].map((name) => [name, typedSetting(sent, name)]));
        const change = checkWith(SettingsBody, typed);
        if (changed.size > 0) await updateForm(ctx, workspace, { form: form.id, change });
        return {
          path: formPath(form.id, "settings"),
          done: changed.size > 0 ? "The settings are saved." : "Nothing was changed.",
        };
      },
      refused: (error) => showSettings(c, error),
    }),
  )
  .get("/forms/:form/settings/:deed", write, (c) => showDeed(c))
  .post("/forms/:form/settings/:deed", write, (c) =>
    act(c, {
      run: async () => {
        const { ctx, workspace } = asked(c);
        const { form } = c.req.param();
        // It makes another form than that in the address, which a key of one form can't.
        if (deedOf(c) === "duplicate") requireForm(c.get("key"), undefined);
        const { run, done } = DEEDS[deedOf(c)];
        const path = await run(ctx, workspace, { form, title: (c.get("sent").get("title") ?? "").trim() });
        return { path: path ?? formPath(form, "settings"), done };
      },
      refused: (error) => showDeed(c, error),
    }),
  )
  .get("/forms/:form/share", read, async (c) => {
    const { ctx, workspace } = asked(c);
    const form = await getFormView(ctx, workspace, c.req.param());
    return show(c, <SharePage form={form} origin={ctx.config.publicUrl ?? new URL(c.req.url).origin} />);
  });

const settingsStale = (names: readonly string[]) =>
  new AppError("conflict", {
    detail: `Somebody else changed ${names.join(", ")} meanwhile. Nothing was saved; what you typed is still here. Save again to put it over theirs.`,
  });

function deedOf(c: ConsoleContext): DeedName {
  const name = c.req.param("deed") ?? "";
  if (!isDeed(name)) throw new AppError("not_found", { detail: "There is nothing at this address." });
  return name;
}

async function showSettings(c: ConsoleContext, error?: AppError) {
  const { ctx, workspace } = asked(c);
  const form = await getFormView(ctx, workspace, { form: c.req.param("form") ?? "" });
  const fields = settingsFields(form);
  const sent = error && c.get("sent");
  const inputs = sent ? (name: string) => sentSetting(sent, name) : inputsOf(fields);
  return show(
    c,
    <SettingsPage form={form} inputs={inputs} seen={fields} error={error} />,
    error ? statusOf(c, error) : 200,
  );
}

async function showDeed(c: ConsoleContext, error?: AppError) {
  const { ctx, workspace } = asked(c);
  const [id, deed] = [c.req.param("form") ?? "", deedOf(c)];
  // A deleted form can't be read any more, only restored.
  const form = deed === "restore" ? { id, title: "deleted form" } : await getFormView(ctx, workspace, { form: id });
  const title = error && (c.get("sent").get("title") ?? "");
  return show(
    c,
    <DeedPage form={form} deed={deed} error={error} {...(title !== undefined && { title })} />,
    error ? statusOf(c, error) : 200,
  );
}

export const formWidePages = new Hono<ConsoleEnv>()
  .route("/", newFormPages)
  .route("/", previewPages)
  .route("/", publishPages)
  .route("/", settingsPages);
