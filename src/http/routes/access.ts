/** /v1/workspaces, /v1/keys and /v1/encryption. */
import { Hono } from "hono";
import * as z from "zod";
import type { AppEnv } from "../../context";
import { KeyInputSchema, NameSchema } from "../../services/access-input";
import { checkWith } from "../../services/check";
import { createKey, createWorkspace, getKey, listKeys, revokeKey } from "../../services/keys";
import { rotateEncryption } from "../../services/rotation";
import { withKey, withRoot } from "../auth";
import { readJson } from "../body";
import { listBody, numberedPage } from "../list";

export const WorkspaceBody = z.strictObject({ name: NameSchema });

export const accessRoutes = new Hono<AppEnv>()
  .post("/workspaces", withRoot, async (c) => {
    const workspace = await createWorkspace(c.get("ctx"), checkWith(WorkspaceBody, await readJson(c)));
    return c.json(workspace, 201);
  })
  .post("/encryption/rotate", withRoot, async (c) => c.json(await rotateEncryption(c.get("ctx"))))
  .post("/keys", withKey("admin"), async (c) => {
    const key = await createKey(c.get("ctx"), c.get("key").workspace, checkWith(KeyInputSchema, await readJson(c)));
    return c.json(key, 201, { location: `/v1/keys/${key.id}` });
  })
  .get("/keys/:key", withKey("admin"), async (c) =>
    c.json(await getKey(c.get("ctx"), c.get("key").workspace, c.req.param("key"))),
  )
  .get("/keys", withKey("admin"), async (c) =>
    c.json(listBody(await listKeys(c.get("ctx"), c.get("key").workspace, numberedPage(c)))),
  )
  .delete("/keys/:key", withKey("admin"), async (c) => {
    await revokeKey(c.get("ctx"), c.get("key").workspace, c.req.param("key"));
    return c.body(null, 204);
  });
