/** /v1/forms: forms and their versions. */
import { Hono } from "hono";
import * as z from "zod";
import type { AppEnv } from "../../context";
import { AppError } from "../../core/errors";
import { ACCESS, type Definition, DefinitionSchema, MetadataSchema } from "../../core/form";
import { checkWith } from "../../services/check";
import * as forms from "../../services/forms";
import { withKey } from "../auth";
import { readJson } from "../body";
import { listBody, numberedPage } from "../list";

const definitionShape = DefinitionSchema.shape;
const FormBody = z.strictObject({
  ...definitionShape,
  access: z.enum(ACCESS).default("public"),
  metadata: MetadataSchema.default({}),
});
const VersionBody = z.strictObject(definitionShape);
const PatchBody = z.strictObject({ access: z.enum(ACCESS).optional(), metadata: MetadataSchema.optional() });

/** The definition inside a body, with the checks over several questions. */
function definitionOf(body: Definition): Definition {
  const { title, description, questions } = body;
  return checkWith(DefinitionSchema, { title, ...(description !== undefined && { description }), questions });
}

function versionOf(text: string): number {
  const version = Number(text);
  if (!/^[1-9]\d{0,8}$/.test(text))
    throw new AppError("invalid_parameter", { detail: "A version is a number from 1." });
  return version;
}

export const formRoutes = new Hono<AppEnv>()
  .post("/forms", withKey("forms:write"), async (c) => {
    const body = checkWith(FormBody, await readJson(c));
    const input = { definition: definitionOf(body), access: body.access, metadata: body.metadata };
    const form = await forms.createForm(c.get("ctx"), c.get("key").workspace, input);
    return c.json(form, 201, { location: `/v1/forms/${form.id}` });
  })
  .get("/forms", withKey("forms:read"), async (c) =>
    c.json(listBody(await forms.listForms(c.get("ctx"), c.get("key").workspace, numberedPage(c)))),
  )
  .get("/forms/:form", withKey("forms:read"), async (c) =>
    c.json(await forms.getForm(c.get("ctx"), c.get("key").workspace, { form: c.req.param("form") })),
  )
  .patch("/forms/:form", withKey("forms:write"), async (c) => {
    const change = checkWith(PatchBody, await readJson(c));
    return c.json(
      await forms.updateForm(c.get("ctx"), c.get("key").workspace, { form: c.req.param("form"), ...change }),
    );
  })
  .post("/forms/:form/versions", withKey("forms:write"), async (c) => {
    const definition = definitionOf(checkWith(VersionBody, await readJson(c)));
    const input = { form: c.req.param("form"), definition };
    const form = await forms.publishVersion(c.get("ctx"), c.get("key").workspace, input);
    return c.json(form, 201, { location: `/v1/forms/${form.id}/versions/${form.version}` });
  })
  .get("/forms/:form/versions/:version", withKey("forms:read"), async (c) => {
    const input = { form: c.req.param("form"), version: versionOf(c.req.param("version")) };
    return c.json(await forms.getForm(c.get("ctx"), c.get("key").workspace, input));
  })
  .post("/forms/:form/open", withKey("forms:write"), async (c) => {
    const input = { form: c.req.param("form"), state: "open" as const };
    return c.json(await forms.setFormState(c.get("ctx"), c.get("key").workspace, input));
  })
  .post("/forms/:form/close", withKey("forms:write"), async (c) => {
    const input = { form: c.req.param("form"), state: "closed" as const };
    return c.json(await forms.setFormState(c.get("ctx"), c.get("key").workspace, input));
  });
