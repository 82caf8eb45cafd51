/**
 * /console/keys: the keys of the workspace. A key's text is shown once, on the page that the form which made it leads
 * to.
 */
import { type Context, Hono } from "hono";
import { AppError } from "../../../core/errors";
import { pageToken, parsePageToken } from "../../../core/ids";
import { KeyInputSchema } from "../../../services/access-input";
import { checkWith } from "../../../services/check";
import { listForms } from "../../../services/form-verbs";
import { createKey, getKey, listKeys, revokeKey } from "../../../services/keys";
import { formTitles } from "../../../services/names";
import { attempt } from "../../../services/store-failure";
import type { ConsoleEnv } from "../env";
import { may } from "../guard";
import { KEYS } from "../paths";
import { endOfDay, typedIn } from "../sent";
import { act, goOnOnce, show, statusOf } from "../show";
import { KeysPage } from "./list";
import { NewKeyPage } from "./new";
import { RevokeKeyPage } from "./revoke";

const PAGE = 50;
/** Forms to choose from: the newest. */
const FORMS_MAX = 200;

type ConsoleContext = Context<ConsoleEnv>;

const asked = (c: ConsoleContext) => ({ ctx: c.get("ctx"), workspace: c.get("key").workspace });
const admin = may("admin");

export const keyPages = new Hono<ConsoleEnv>()
  .get("/keys", admin, async (c) => {
    const { ctx, workspace } = asked(c);
    const [before] = parsePageToken(c.req.query("cursor") ?? "", 1) ?? [];
    const { items, last } = await listKeys(ctx, workspace, { before: before ?? Number.MAX_SAFE_INTEGER, limit: PAGE });
    const forms = items.flatMap(({ form }) => form ?? []);
    const props = { keys: items, titles: await formTitles(ctx, workspace, forms), now: ctx.now() };
    return show(
      c,
      <KeysPage {...props} first={before === undefined} next={last === null ? null : pageToken([last])} />,
    );
  })
  .get("/keys/new", admin, (c) => showNew(c, new URL(c.req.url).searchParams))
  .post("/keys/new", admin, async (c) => {
    const { ctx, workspace } = asked(c);
    const sent = c.get("sent");
    const made = await attempt(() => createKey(ctx, workspace, inputOf(sent)));
    if (made instanceof AppError) return showNew(c, sent, made);
    return goOnOnce(c, KEYS, { done: `The key “${made.name}” is made.`, note: KEEP_KEY, texts: { Key: made.key } });
  })
  .get("/keys/:key/revoke", admin, (c) => showRevoke(c))
  .post("/keys/:key/revoke", admin, (c) =>
    act(c, {
      run: async () => {
        const { ctx, workspace } = asked(c);
        await revokeKey(ctx, workspace, c.req.param("key"));
        return { path: KEYS, done: "The key is revoked." };
      },
      refused: (error) => showRevoke(c, error),
    }),
  );

const KEEP_KEY =
  "Put it where it is needed, or into a password manager: nobody can read it again, and whoever has it may do what it may do.";

const inputOf = (sent: URLSearchParams) =>
  checkWith(KeyInputSchema, {
    name: sent.get("name") ?? "",
    scopes: sent.getAll("scopes"),
    form: typedIn(sent, "form"),
    expiresAt: endOfDay(typedIn(sent, "until")),
  });

async function showNew(c: ConsoleContext, typed: URLSearchParams, error?: AppError) {
  const { ctx, workspace } = asked(c);
  const page = { shown: "current", only: null, before: Number.MAX_SAFE_INTEGER, limit: FORMS_MAX } as const;
  const { items } = await listForms(ctx, workspace, page);
  return show(c, <NewKeyPage forms={items} typed={typed} error={error} />, error ? statusOf(c, error) : 200);
}

async function showRevoke(c: ConsoleContext, error?: AppError) {
  const { ctx, workspace } = asked(c);
  const shown = await getKey(ctx, workspace, c.req.param("key") ?? "");
  return show(c, <RevokeKeyPage shown={shown} error={error} />, error ? statusOf(c, error) : 200);
}
