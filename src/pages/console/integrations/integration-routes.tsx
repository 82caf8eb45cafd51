/** /console/forms/{form}/integrations/{integration}: one integration, and what a person does with it. */
import { type Context, Hono } from "hono";
import type { AppError } from "../../../core/errors";
import type { TestResult } from "../../../core/integration";
import { readArrivals } from "../../../services/arrivals";
import { listDeliveries, listParked } from "../../../services/deliveries";
import { getFormView } from "../../../services/form-verbs";
import { testIntegration } from "../../../services/integration-control";
import { integrationStory, stopsOfDay } from "../../../services/integration-story";
import { getIntegration } from "../../../services/integrations";
import { listKinds } from "../../../services/kinds";
import { listReconciliations } from "../../../services/reconciliations";
import type { ConsoleEnv } from "../env";
import { may } from "../guard";
import { formPath, integrationPath, withQuery } from "../paths";
import { act, show, statusOf } from "../show";
import * as actions from "./actions";
import { DeletePage, PausePage, RetryPage } from "./confirm-pages";
import { DeliveriesPage } from "./delivery-pages";
import { IntegrationPage } from "./integration-page";
import { ReplayPage } from "./replay-page";

type ConsoleContext = Context<ConsoleEnv>;

const PARKED_PAGE = 20;
const DELIVERIES_PAGE = 50;

const one = "/forms/:form/integrations/:integration";
const read = may("forms:read");
const write = may("integrations:write");

/** The actions that have a page before them, which shows what is wrong when one is refused. */
const CONFIRMED = {
  pause: { run: actions.pause, Ask: PausePage },
  retry: { run: actions.retry, Ask: RetryPage },
  delete: { run: actions.remove, Ask: DeletePage },
  replay: { run: actions.replay, Ask: ReplayPage },
} as const;

export const oneIntegrationPages = new Hono<ConsoleEnv>()
  .get(one, read, (c) => showIntegration(c))
  .get(`${one}/deliveries`, read, async (c) => {
    const { ctx, workspace, named } = asked(c);
    const query = new URL(c.req.url).searchParams;
    const cursor = query.get("cursor") ?? undefined;
    const shared = await readOf(c);
    const { items, next } = await listDeliveries(ctx, workspace, {
      ...named,
      limit: DELIVERIES_PAGE,
      ...(cursor !== undefined && { cursor }),
    });
    const at = integrationPath(named.form, named.integration, "deliveries");
    return show(c, <DeliveriesPage {...shared} deliveries={items} {...pagesOf(at, { cursor, next })} />);
  })
  .post(`${one}/test`, write, async (c) => {
    const { ctx, workspace, named } = asked(c);
    return showIntegration(c, { test: await testIntegration(ctx, workspace, named) });
  });

for (const [name, run] of Object.entries({ resume: actions.resume, reconcile: actions.reconcile })) {
  oneIntegrationPages.post(`${one}/${name}`, write, (c) =>
    act(c, { run: () => doneBy(c, run), refused: (error) => showIntegration(c, { error }) }),
  );
}

for (const [name, { run, Ask }] of Object.entries(CONFIRMED)) {
  const ask = async (c: ConsoleContext, error?: AppError) => {
    const page = <Ask {...(await readOf(c))} error={error} sent={c.get("sent")} />;
    return show(c, page, error ? statusOf(c, error) : 200);
  };
  oneIntegrationPages
    .get(`${one}/${name}`, write, (c) => ask(c))
    .post(`${one}/${name}`, write, (c) => act(c, { run: () => doneBy(c, run), refused: (error) => ask(c, error) }));
}

function asked(c: ConsoleContext) {
  const named = { form: c.req.param("form") ?? "", integration: c.req.param("integration") ?? "" };
  return { ctx: c.get("ctx"), workspace: c.get("key").workspace, named };
}

async function doneBy(c: ConsoleContext, run: typeof actions.pause) {
  const { ctx, workspace, named } = asked(c);
  const done = await run(ctx, workspace, named, c.get("sent"));
  const gone = run === actions.remove;
  return { path: gone ? formPath(named.form, "integrations") : integrationPath(named.form, named.integration), done };
}

/** What every page of an integration needs. */
export async function readOf(c: ConsoleContext) {
  const { ctx, workspace, named } = asked(c);
  const form = await getFormView(ctx, workspace, named);
  return { form, integration: await getIntegration(ctx, workspace, named), now: ctx.now() };
}

/** The ways to the pages beside one of a list. */
function pagesOf(at: string, { cursor, next }: { cursor: string | undefined; next: string | null }) {
  const older = next === null ? undefined : withQuery(at, new URLSearchParams({ cursor: next }));
  return { older, newest: cursor === undefined ? undefined : at };
}

interface Outcome {
  readonly test?: TestResult;
  readonly error?: AppError;
}

async function showIntegration(c: ConsoleContext, { test, error }: Outcome = {}): Promise<Response> {
  const { ctx, workspace, named } = asked(c);
  const cursor = c.req.query("cursor");
  const shared = await readOf(c);
  const { integration } = shared;
  const limit = PARKED_PAGE;
  const compared = listKinds().find(({ kind }) => kind === integration.kind)?.policy.reconciled;
  const [parked, arrivals, story, stops, comparisons] = await Promise.all([
    listParked(ctx, workspace, { ...named, limit, ...(cursor !== undefined && { cursor }) }),
    readArrivals(ctx, integration),
    integrationStory(ctx, workspace, integration),
    stopsOfDay(ctx, workspace, [integration]),
    compared ? listReconciliations(ctx, workspace, { ...named, limit: 1 }) : null,
  ]);
  const props = {
    ...shared,
    arrivals,
    parked: parked.items,
    story,
    stops: stops.get(integration.id) ?? 0,
    comparison: comparisons === null ? null : comparisons[0],
    test,
    error,
  };
  const pages = pagesOf(integrationPath(named.form, named.integration), { cursor, next: parked.next });
  return show(c, <IntegrationPage {...props} {...pages} />, error ? statusOf(c, error) : 200);
}
