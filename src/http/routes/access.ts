/** /v1/workspaces and /v1/keys. */
import { Hono } from "hono";
import * as z from "zod";
import type { AppEnv } from "../../context";
import { AppError } from "../../core/errors";
import { createKey, createWorkspace, listKeys, requireRoot, revokeKey, SCOPES } from "../../services/access";
import { checkWith } from "../../services/check";
import { bearer, withKey } from "../auth";
import { readJson } from "../body";
import { listBody, numberedPage } from "../list";

const Name = z.string().trim().min(1).max(200);
const WorkspaceBody = z.strictObject({ name: Name });
const KeyBody = z.strictObject({ name: Name, scopes: z.array(z.enum(SCOPES)).min(1) });

export const accessRoutes = new Hono<AppEnv>()
  .post("/workspaces", async (c) => {
    const text = bearer(c);
    if (text === null) throw new AppError("unauthorized", { detail: "This needs the root key." });
    await requireRoot(c.get("ctx"), text);
    const workspace = await createWorkspace(c.get("ctx"), checkWith(WorkspaceBody, await readJson(c)));
    return c.json(workspace, 201);
  })
  .post("/keys", withKey("admin"), async (c) => {
    const key = await createKey(c.get("ctx"), c.get("key").workspace, checkWith(KeyBody, await readJson(c)));
    return c.json(key, 201);
  })
  .get("/keys", withKey("admin"), async (c) =>
    c.json(listBody(await listKeys(c.get("ctx"), c.get("key").workspace, numberedPage(c)))),
  )
  .delete("/keys/:key", withKey("admin"), async (c) => {
    await revokeKey(c.get("ctx"), c.get("key").workspace, c.req.param("key"));
    return c.body(null, 204);
  });
