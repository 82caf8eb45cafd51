/**
 * /console/forms/{form}/versions: the versions of a form, what each changed, and one of them put into the draft again.
 */
import { Hono } from "hono";
import { AppError } from "../../../core/errors";
import { pageToken, parsePageToken } from "../../../core/ids";
import { getFormView } from "../../../services/form-verbs";
import { previewPutBack, putBack, versionChanges } from "../../../services/version-history";
import { diffVersions, getVersion, listVersions } from "../../../services/versions";
import type { ConsoleEnv } from "../env";
import { may } from "../guard";
import { act, show, statusOf } from "../show";
import { type ConsoleContext, revisionOf } from "./edit";
import { editPath } from "./paths";
import { PutBackPage } from "./put-back";
import { VersionPage, VersionsPage } from "./versions";

const read = may("forms:read");
const write = may("forms:write");
/** On a page, each with what it changed: their definitions are read. */
const VERSIONS = 20;

export const versionPages = new Hono<ConsoleEnv>()
  .get("/forms/:form/versions", read, async (c) => {
    const { ctx, workspace } = asked(c);
    const form = await getFormView(ctx, workspace, c.req.param());
    const [before] = parsePageToken(c.req.query("cursor") ?? "", 1) ?? [];
    const page = { form: form.id, before: before ?? Number.MAX_SAFE_INTEGER, limit: VERSIONS };
    const { items, last } = await listVersions(ctx, workspace, page);
    const changes = await versionChanges(
      ctx,
      form.id,
      items.map(({ version }) => version),
    );
    const next = last === null ? null : pageToken([last]);
    return show(c, <VersionsPage form={form} versions={items} {...{ changes, next }} first={before === undefined} />);
  })
  .get("/forms/:form/versions/:version", read, async (c) => {
    const { ctx, workspace } = asked(c);
    const id = c.req.param("form");
    const version = versionOf(c);
    const form = await getFormView(ctx, workspace, { form: id });
    const at = (no: number) => getVersion(ctx, workspace, { form: id, version: no });
    const [now, before] = await Promise.all([at(version), version > 1 ? at(version - 1) : null]);
    const diff = version > 1 ? await diffVersions(ctx, workspace, { form: id, version }) : null;
    const all = [...(before?.questions ?? []), ...(now.questions ?? [])];
    const titles = new Map(all.map(({ ref, title }) => [ref, title]));
    const { title, description, language, choiceLists, questions, rules, translations } = now;
    const definition = { title, description, language, choiceLists, questions, rules, translations };
    const json = JSON.stringify(definition, null, 2);
    return show(c, <VersionPage {...{ form, version, diff, titles, json }} />);
  })
  .get("/forms/:form/versions/:version/put-back", write, (c) => showPutBack(c))
  .post("/forms/:form/versions/:version/put-back", write, (c) =>
    act(c, {
      run: async () => {
        const { ctx, workspace } = asked(c);
        const { form } = c.req.param();
        const version = versionOf(c);
        await putBack(ctx, workspace, { form, version, revision: revisionOf(c) });
        return { path: editPath(form), done: `The draft is version ${version} now.` };
      },
      refused: (error) => showPutBack(c, error),
    }),
  );

const asked = (c: ConsoleContext) => ({ ctx: c.get("ctx"), workspace: c.get("key").workspace });

/** The version of the address. Throws `not_found`. */
function versionOf(c: ConsoleContext): number {
  const text = c.req.param("version") ?? "";
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new AppError("not_found", { detail: "This form has no such version." });
  return Number(text);
}

async function showPutBack(c: ConsoleContext, error?: AppError) {
  const { ctx, workspace } = asked(c);
  const version = versionOf(c);
  const view = await previewPutBack(ctx, workspace, { form: c.req.param("form") ?? "", version });
  return show(c, <PutBackPage version={version} view={view} error={error} />, error ? statusOf(c, error) : 200);
}
