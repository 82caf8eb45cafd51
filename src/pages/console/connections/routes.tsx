/**
 * /console/connections: stored credentials. They go in and never come out; those that Formlog makes are shown as they
 * are made.
 */
import { type Context, Hono } from "hono";
import { AppError } from "../../../core/errors";
import { pageToken, parsePageToken } from "../../../core/ids";
import { ConnectionInputSchema, ConnectionPatchSchema } from "../../../services/access-input";
import { checkWith } from "../../../services/check";
import * as connections from "../../../services/connections";
import { type KindView, listKinds } from "../../../services/kinds";
import { formTitles } from "../../../services/names";
import { attempt } from "../../../services/store-failure";
import type { ConsoleEnv } from "../env";
import { may } from "../guard";
import { mistakesIn } from "../integrations/fields/mistakes";
import { secretControls } from "../integrations/fields/model";
import { readSecrets } from "../integrations/setup";
import { CONNECTIONS, connectionPath } from "../paths";
import { act, goOn, goOnOnce, show, statusOf } from "../show";
import { ConnectionFormPage } from "./form";
import { ChooseKindPage, ConnectionsPage } from "./list";
import { ConnectionPage, DeleteConnectionPage, RotatePage } from "./one";

const PAGE = 50;
const MADE_NOTE = "Give it to the other side: with it, it knows that a call is Formlog's.";

type ConsoleContext = Context<ConsoleEnv>;

const asked = (c: ConsoleContext) => ({
  ctx: c.get("ctx"),
  workspace: c.get("key").workspace,
  id: c.req.param("connection") ?? "",
});
const read = may("forms:read");
const write = may("integrations:write");

export const connectionPages = new Hono<ConsoleEnv>()
  .get("/connections", read, async (c) => {
    const { ctx, workspace } = asked(c);
    const [before] = parsePageToken(c.req.query("cursor") ?? "", 1) ?? [];
    const page = { before: before ?? Number.MAX_SAFE_INTEGER, limit: PAGE };
    const { items, last } = await connections.listConnections(ctx, workspace, page);
    const next = last === null ? null : pageToken([last]);
    return show(c, <ConnectionsPage connections={items} first={before === undefined} next={next} />);
  })
  .get("/connections/new", write, (c) =>
    show(c, <ChooseKindPage kinds={listKinds().filter(({ credentials }) => credentials !== "none")} />),
  )
  .get("/connections/new/:kind", write, (c) => showForm(c, { kind: kindOf(c) }))
  .post("/connections/new/:kind", write, async (c) => {
    const { ctx, workspace } = asked(c);
    const kind = kindOf(c);
    const made = await attempt(async () => {
      const entered = { kind: kind.kind, name: c.get("sent").get("name") ?? "", secrets: secretsIn(c, kind) };
      return connections.createConnection(ctx, workspace, checkWith(ConnectionInputSchema, entered));
    });
    if (made instanceof AppError) return showForm(c, { kind, error: made });
    if (made.secrets) return showMade(c, made.id, "The connection is stored.", made.secrets);
    return goOn(c, connectionPath(made.id), "The connection is stored.");
  })
  .get("/connections/:connection", read, async (c) => show(c, <ConnectionPage {...(await readOne(c))} />))
  .get("/connections/:connection/edit", write, async (c) => showForm(c, await changed(c)))
  .post("/connections/:connection/edit", write, async (c) => {
    const { ctx, workspace, id } = asked(c);
    const of = await changed(c);
    return act(c, {
      run: async () => {
        const entered = { name: c.get("sent").get("name") ?? "", secrets: of.kind ? secretsIn(c, of.kind) : undefined };
        const change = checkWith(ConnectionPatchSchema, entered);
        await connections.updateConnection(ctx, workspace, { connection: id, ...change });
        return { path: connectionPath(id), done: "The changes are saved." };
      },
      refused: (error) => showForm(c, { ...of, error }),
    });
  })
  .get("/connections/:connection/rotate", write, async (c) => show(c, <RotatePage {...(await readOne(c))} />))
  .post("/connections/:connection/rotate", write, async (c) => {
    const { ctx, workspace, id } = asked(c);
    const made = await attempt(() => connections.rotateConnection(ctx, workspace, id));
    if (!(made instanceof AppError)) return showMade(c, id, "The credentials are renewed.", made.secrets ?? {});
    return show(c, <RotatePage {...(await readOne(c))} error={made} />, statusOf(c, made));
  })
  .get("/connections/:connection/delete", write, async (c) => show(c, <DeleteConnectionPage {...(await readOne(c))} />))
  .post("/connections/:connection/delete", write, (c) =>
    act(c, {
      run: async () => {
        const { ctx, workspace, id } = asked(c);
        await connections.deleteConnection(ctx, workspace, id);
        return { path: CONNECTIONS, done: "The connection is deleted." };
      },
      refused: async (error) => {
        const page = <DeleteConnectionPage {...(await readOne(c))} error={error} />;
        return show(c, page, statusOf(c, error));
      },
    }),
  );

/** Leads on to the connection, which shows once what Formlog made. */
const showMade = (c: ConsoleContext, id: string, done: string, texts: Readonly<Record<string, string>>) =>
  goOnOnce(c, connectionPath(id), { done, note: MADE_NOTE, texts });

/** The kind of an address. Throws `not_found`, also for one that needs no credentials. */
function kindOf(c: ConsoleContext): KindView {
  const kind = listKinds().find((one) => one.kind === c.req.param("kind") && one.credentials !== "none");
  if (!kind) throw new AppError("not_found", { detail: "There is no such kind of connection." });
  return kind;
}

const controlsOf = (kind: KindView | null) => (kind?.secrets ? secretControls(kind.secrets) : []);

const secretsIn = (c: ConsoleContext, kind: KindView): unknown =>
  readSecrets({ config: [], secrets: controlsOf(kind) }, c.get("sent"));

async function readOne(c: ConsoleContext) {
  const { ctx, workspace, id } = asked(c);
  const connection = await connections.getConnection(ctx, workspace, id);
  const uses = await connections.listUses(ctx, workspace, id);
  const titles = await formTitles(
    ctx,
    workspace,
    uses.map(({ form }) => form),
  );
  const kind = listKinds().find((one) => one.kind === connection.kind);
  return { connection, uses, titles, isMade: kind?.credentials === "made" };
}

async function changed(c: ConsoleContext) {
  const { ctx, workspace, id } = asked(c);
  const connection = await connections.getConnection(ctx, workspace, id);
  return { connection, kind: listKinds().find((one) => one.kind === connection.kind) ?? null };
}

interface Entered {
  readonly kind: KindView | null;
  readonly connection?: connections.ConnectionView;
  readonly error?: AppError;
}

function showForm(c: ConsoleContext, { kind, connection, error }: Entered) {
  const controls = controlsOf(kind);
  const sent: URLSearchParams | undefined = c.get("sent");
  const empty = (name: string) => sent?.getAll(name).every((value) => value.trim() === "") === true;
  const name = {
    type: "text",
    name: "name",
    key: "name",
    title: "Name",
    required: true,
    secret: false,
    parts: [],
  } as const;
  const mistakes = mistakesIn(error, [...controls, name], empty);
  const typed = sent?.get("name") ?? connection?.name ?? "";
  const props = { kind, controls, connection, name: typed, mistakes, error };
  return show(c, <ConnectionFormPage {...props} />, error ? statusOf(c, error) : 200);
}
