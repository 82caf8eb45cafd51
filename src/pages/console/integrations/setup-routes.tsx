/** /console/forms/{form}/add-integration and …/integrations/{integration}/edit: how an integration is set up. */
import { type Context, Hono } from "hono";
import { AppError } from "../../../core/errors";
import type { Preview } from "../../../core/integration";
import { createConnection, listConnections } from "../../../services/connections";
import { getFormView } from "../../../services/form-verbs";
import { loadOwnForm } from "../../../services/forms";
import { checkSetup, findManifest, getIntegration, updateIntegration } from "../../../services/integrations";
import { type KindView, listKinds } from "../../../services/kinds";
import { createIntegration } from "../../../services/new-integration";
import { attempt } from "../../../services/store-failure";
import type { ConsoleEnv } from "../env";
import { may } from "../guard";
import { addPath, formPath, integrationPath } from "../paths";
import { goOn, goOnOnce, show, statusOf } from "../show";
import { mistakesIn } from "./fields/mistakes";
import { KindsPage } from "./kinds-page";
import { previewFor } from "./preview";
import {
  BESIDES,
  changesIn,
  configOf,
  EMPTY,
  NEW,
  readSecrets,
  readSetup,
  requireReadable,
  type SentSetup,
  type Setup,
  setupControls,
  setupOf,
} from "./setup";
import { SetupPage } from "./setup-page";

type ConsoleContext = Context<ConsoleEnv>;

const write = may("integrations:write");
/** Connections that one may choose among; the newest. */
const CONNECTIONS_MAX = 500;
const MADE_NOTE = "The other side needs it to know that a call is Formlog's.";

export const setupPages = new Hono<ConsoleEnv>()
  .get("/forms/:form/add-integration", write, async (c) => {
    const { form } = await formOf(c);
    return show(c, <KindsPage form={form} kinds={listKinds()} />);
  })
  .get("/forms/:form/add-integration/:kind", write, async (c) =>
    showSetup(c, await placeOf(c, findKind(c.req.param("kind"))), { setup: EMPTY }),
  )
  .post("/forms/:form/add-integration/:kind", write, async (c) => {
    const place = await placeOf(c, findKind(c.req.param("kind")));
    return handle(c, place, async (setup) => {
      const { ctx, workspace } = asked(c);
      const config = await withConnection(c, place, setup);
      const start = place.index ? undefined : setup.start;
      const input = { form: place.form.id, kind: place.kind.kind, config, filter: setup.filter || null };
      const made = await createIntegration(ctx, workspace, { ...input, ...(start && { start }) });
      const [path, done] = [integrationPath(place.form.id, made.id), `${place.kind.title} is added.`];
      return made.secrets ? goOnOnce(c, path, { done, note: MADE_NOTE, texts: made.secrets }) : goOn(c, path, done);
    });
  })
  .get("/forms/:form/integrations/:integration/edit", write, async (c) => {
    const { place, setup } = await changeOf(c);
    return showSetup(c, place, { setup });
  })
  .post("/forms/:form/integrations/:integration/edit", write, async (c) => {
    const { place, before, named } = await changeOf(c);
    return handle(c, place, async (setup) => {
      const { ctx, workspace } = asked(c);
      const config = changesIn(before.config, await withConnection(c, place, setup));
      const filter = setup.filter || null;
      await updateIntegration(ctx, workspace, { ...named, config, ...(filter !== before.filter && { filter }) });
      return goOn(c, integrationPath(named.form, named.integration), "The changes are saved.");
    });
  });

const asked = (c: ConsoleContext) => ({ ctx: c.get("ctx"), workspace: c.get("key").workspace });

function findKind(name: string): KindView {
  const kind = listKinds().find((one) => one.kind === name);
  if (!kind) throw new AppError("not_found", { detail: "There is no such kind of integration." });
  return kind;
}

/** The form, published: one that is a draft has no questions to set anything up with. */
async function formOf(c: ConsoleContext) {
  const { ctx, workspace } = asked(c);
  const form = await getFormView(ctx, workspace, { form: c.req.param("form") ?? "" });
  return { form, own: await loadOwnForm(ctx, workspace, form.id) };
}

type Place = Awaited<ReturnType<typeof placeOf>>;

/** Where an integration is set up, and what its form offers. */
async function placeOf(c: ConsoleContext, kind: KindView, integration?: string) {
  const { ctx, workspace } = asked(c);
  const { form, own } = await formOf(c);
  // Connections are of the workspace: a key of one form sees none.
  const whole = c.get("key").form === null;
  const page = { before: Number.MAX_SAFE_INTEGER, limit: CONNECTIONS_MAX };
  const all = whole && kind.credentials !== "none" ? (await listConnections(ctx, workspace, page)).items : [];
  return {
    form,
    own,
    kind,
    integration,
    index: findManifest(kind.kind).index === true,
    controls: setupControls(kind, own.definition.questions),
    connections: whole ? all.filter((one) => one.kind === kind.kind) : null,
    action: integration === undefined ? addPath(form.id, kind.kind) : integrationPath(form.id, integration, "edit"),
    back: integration === undefined ? formPath(form.id, "integrations") : integrationPath(form.id, integration),
  };
}

async function changeOf(c: ConsoleContext) {
  const { ctx, workspace } = asked(c);
  const named = { form: c.req.param("form") ?? "", integration: c.req.param("integration") ?? "" };
  const before = await getIntegration(ctx, workspace, named);
  return { named, before, place: await placeOf(c, findKind(before.kind), before.id), setup: setupOf(before) };
}

/** Does what the form was sent for, or shows it again: with what is wrong, or with what would be sent. */
async function handle(c: ConsoleContext, place: Place, work: (setup: Setup) => Promise<Response>): Promise<Response> {
  const sent = readSetup(place.controls, c.get("sent"));
  if (c.get("sent").has("look")) return look(c, place, sent);
  const done = await attempt(async () => {
    requireReadable(sent.problems);
    return work(sent.setup);
  });
  return done instanceof AppError ? showSetup(c, place, { setup: sent.setup, error: done }) : done;
}

async function look(c: ConsoleContext, { own, ...place }: Place, { setup, problems }: SentSetup): Promise<Response> {
  const preview = await attempt(async () => {
    requireReadable(problems);
    return previewFor(
      { ...asked(c), key: c.get("key") },
      { form: own, kind: place.kind.kind, config: configOf(setup) },
    );
  });
  const error = preview instanceof AppError ? preview : undefined;
  const shown = preview instanceof AppError ? undefined : preview;
  return showSetup(c, { own, ...place }, { setup, error, preview: shown });
}

/** The config with its connection, which is made when it is new; everything else is checked before. */
async function withConnection(c: ConsoleContext, { own, kind, controls, connections }: Place, setup: Setup) {
  const config = configOf(setup);
  if (setup.connection !== NEW || !connections) return config;
  const { ctx, workspace } = asked(c);
  await checkSetup(ctx, own, { manifest: findManifest(kind.kind), config, filter: setup.filter || null });
  const name = setup.connectionName || `${kind.title} of ${own.title}`.slice(0, 200);
  const secrets = readSecrets(controls, c.get("sent")) ?? {};
  const { id } = await createConnection(ctx, workspace, { kind: kind.kind, name, secrets });
  return { ...config, connection: id };
}

interface Asked {
  readonly setup: Setup;
  readonly error?: AppError | undefined;
  readonly preview?: Preview | undefined;
}

async function showSetup(c: ConsoleContext, place: Place, { setup, error, preview }: Asked): Promise<Response> {
  const { own: _, ...props } = place;
  const { config, secrets } = place.controls;
  const sent: URLSearchParams | undefined = c.get("sent");
  const empty = (name: string) => sent?.getAll(name).every((value) => value.trim() === "") === true;
  const mistakes = mistakesIn(error, [...config, ...secrets, ...BESIDES], empty);
  // A form that was sent shows what was entered, and nothing instead of what was emptied.
  const fresh = sent === undefined && place.integration === undefined;
  const page = <SetupPage {...props} setup={setup} fresh={fresh} mistakes={mistakes} error={error} preview={preview} />;
  return show(c, page, error ? statusOf(c, error) : 200);
}
