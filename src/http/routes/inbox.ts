/** What waits for a correction: by collector, for operators; and the inbox of one, by his link. */
import { Hono } from "hono";
import type { AppEnv } from "../../context";
import { readInbox } from "../../services/collector-inbox";
import { listCollectors } from "../../services/inbox";
import { withKey } from "../auth";
import { pageOf } from "../list";
import { readerOf } from "../reader";

/** Each item brings the answers of a response, and a signature. */
export const INBOX_LIMIT_MAX = 100;

export const inboxRoutes = new Hono<AppEnv>()
  .get("/forms/:form/collectors", withKey("responses:read"), async (c) => {
    const input = { ...c.req.param(), ...pageOf(c) };
    return c.json(await listCollectors(c.get("ctx"), c.get("key").workspace, input));
  })
  .get("/inboxes/:inbox", async (c) => {
    const input = { link: c.req.param("inbox"), reader: readerOf(c), ...pageOf(c, INBOX_LIMIT_MAX) };
    // Kept by nobody: it holds answers, and links that change them.
    return c.json(await readInbox(c.get("ctx"), input), 200, { "cache-control": "no-store" });
  });
