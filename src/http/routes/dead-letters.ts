/** /v1/dead-letters, for the root key. */
import { Hono } from "hono";
import type { AppEnv } from "../../context";
import { deleteDeadLetter, listDeadLetters, retryDeadLetters } from "../../services/dead-letters";
import { withRoot } from "../auth";

export const deadLetterRoutes = new Hono<AppEnv>()
  .get("/dead-letters", withRoot, async (c) => c.json(await listDeadLetters(c.get("ctx"))))
  .post("/dead-letters/retry", withRoot, async (c) => c.json(await retryDeadLetters(c.get("ctx"))))
  .delete("/dead-letters/:letter", withRoot, async (c) => {
    await deleteDeadLetter(c.get("ctx"), c.req.param("letter"));
    return c.body(null, 204);
  });
