/** /v1/forms/{form}/versions, …/draft and …/publish. */
import { Hono, type Context as HonoContext } from "hono";
import type { AppEnv } from "../../context";
import { AppError } from "../../core/errors";
import { DefinitionSchema } from "../../core/form-schema";
import { checkWith } from "../../services/check";
import * as drafts from "../../services/drafts";
import * as versions from "../../services/versions";
import { withKey } from "../auth";
import { readJson } from "../body";
import { answerTagged } from "../conditional";
import { listBody, numberedPage } from "../list";

const DRAFT_BYTES_MAX = 500 * 1024;

/** A version in an address. */
function versionOf(text: string): number {
  const version = Number(text);
  if (!/^[1-9]\d{0,8}$/.test(text))
    throw new AppError("invalid_parameter", { detail: "A version is a number from 1." });
  return version;
}

/** The revision of a draft that If-Match names, as `"3"`; null without the header. */
function draftRevision(c: HonoContext): number | null {
  const header = c.req.header("if-match");
  if (header === undefined) return null;
  const revision = /^"(\d{1,9})"$/.exec(header)?.[1];
  if (!revision) throw new AppError("invalid_parameter", { detail: 'If-Match is a revision in quotes, as "3".' });
  return Number(revision);
}

const etag = (draft: drafts.DraftView) => ({ etag: `"${draft.revision}"` });

/** Mounted at /forms/:form/versions. */
export const versionRoutes = new Hono<AppEnv>()
  .get("/", withKey("forms:read"), async (c) => {
    const input = { form: c.req.param("form") ?? "", ...numberedPage(c) };
    return c.json(listBody(await versions.listVersions(c.get("ctx"), c.get("key").workspace, input)));
  })
  .post("/", withKey("forms:write"), async (c) => {
    const definition = checkWith(DefinitionSchema, await readJson(c));
    const input = { form: c.req.param("form") ?? "", definition };
    const form = await versions.publishVersion(c.get("ctx"), c.get("key").workspace, input);
    return c.json(form, 201, { location: `/v1/forms/${form.id}/versions/${form.version}` });
  })
  .get("/:version", withKey("forms:read"), async (c) => {
    const input = { form: c.req.param("form") ?? "", version: versionOf(c.req.param("version")) };
    return answerTagged(c, await versions.getVersion(c.get("ctx"), c.get("key").workspace, input));
  })
  .get("/:version/diff", withKey("forms:read"), async (c) => {
    const against = c.req.query("against");
    const input = {
      form: c.req.param("form") ?? "",
      version: versionOf(c.req.param("version")),
      ...(against !== undefined && { against: versionOf(against) }),
    };
    return c.json(await versions.diffVersions(c.get("ctx"), c.get("key").workspace, input));
  });

/** Mounted at /forms/:form. */
export const draftRoutes = new Hono<AppEnv>()
  .get("/draft", withKey("forms:read"), async (c) => {
    const draft = await drafts.getDraft(c.get("ctx"), c.get("key").workspace, { form: c.req.param("form") ?? "" });
    return c.json(draft, 200, etag(draft));
  })
  .put("/draft", withKey("forms:write"), async (c) => {
    const named = { form: c.req.param("form") ?? "", revision: draftRevision(c) };
    const input = { ...named, definition: await readJson(c, DRAFT_BYTES_MAX) };
    const draft = await drafts.putDraft(c.get("ctx"), c.get("key").workspace, input);
    return c.json(draft, 200, etag(draft));
  })
  .delete("/draft", withKey("forms:write"), async (c) => {
    const input = { form: c.req.param("form") ?? "", revision: draftRevision(c) };
    await drafts.deleteDraft(c.get("ctx"), c.get("key").workspace, input);
    return c.body(null, 204);
  })
  .post("/publish", withKey("forms:write"), async (c) => {
    const input = { form: c.req.param("form") ?? "", revision: draftRevision(c) };
    const form = await drafts.publishDraft(c.get("ctx"), c.get("key").workspace, input);
    return c.json(form, 201, { location: `/v1/forms/${form.id}/versions/${form.version}` });
  });
