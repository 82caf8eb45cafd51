/** /v1/backups and /v1/restores: for the operator, with the root key. */
import { Hono } from "hono";
import * as z from "zod";
import type { AppEnv } from "../../context";
import { backUp, listBackups, listErasures, readBackupObject, writeBackupObject } from "../../services/backups";
import { checkWith } from "../../services/check";
import { restoreBackup } from "../../services/restore";
import { withRoot } from "../auth";
import { readBytes, readJson, readOptionalJson } from "../body";

const BackupId = z.string().regex(/^bak_[0-9a-z]{4,40}$/);
export const BackupBody = z.strictObject({ backup: BackupId.optional() });
export const ErasuresBody = z.strictObject({
  forms: z.array(z.string().max(100)).max(10_000),
  responses: z
    .array(z.strictObject({ shard: z.int().min(0), position: z.int().min(1), nonce: z.string().min(1).max(100) }))
    .max(100_000),
});
export const RestoreBody = z.strictObject({
  backup: BackupId,
  withoutKeys: z.boolean().optional(),
  erased: ErasuresBody.optional(),
});

/**
 * A part is some megabytes at most: 5,000 rows or 4 million characters, gzipped; a manifest names some ten thousand.
 */
const OBJECT_BYTES_MAX = 50_000_000;

/** A list of erasures as large as it may be. */
const RESTORE_BYTES_MAX = 16_000_000;

export const backupRoutes = new Hono<AppEnv>()
  .get("/backups", withRoot, async (c) => c.json(await listBackups(c.get("ctx"))))
  .post("/backups", withRoot, async (c) => {
    const { backup } = checkWith(BackupBody, await readOptionalJson(c));
    return c.json(await backUp(c.get("ctx"), backup));
  })
  .get("/backups/erasures", withRoot, async (c) => c.json(await listErasures(c.get("ctx"))))
  .get("/backups/objects/:object", withRoot, async (c) => {
    const object = await readBackupObject(c.get("ctx"), c.req.param("object"));
    return c.body(await object.arrayBuffer(), 200, { "content-type": "application/octet-stream" });
  })
  .put("/backups/objects/:object", withRoot, async (c) => {
    const bytes = await readBytes(c.req.raw, OBJECT_BYTES_MAX);
    await writeBackupObject(c.get("ctx"), c.req.param("object"), bytes);
    return c.body(null, 204);
  })
  .post("/restores", withRoot, async (c) =>
    c.json(await restoreBackup(c.get("ctx"), checkWith(RestoreBody, await readJson(c, RESTORE_BYTES_MAX)))),
  );
