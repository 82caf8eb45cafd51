/** …/integrations/{integration}/deliveries/{delivery}: one delivery, and what a person decides of it. */
import { type Context, Hono } from "hono";
import type { AppError } from "../../../core/errors";
import { checkWith } from "../../../services/check";
import { getDelivery, listAttempts, retryDelivery, SkipReasonSchema, skipDelivery } from "../../../services/deliveries";
import type { ConsoleEnv } from "../env";
import { may } from "../guard";
import { integrationPath } from "../paths";
import { act, show, statusOf } from "../show";
import { DeliveryPage, SkipPage } from "./delivery-pages";
import { readOf } from "./integration-routes";

type ConsoleContext = Context<ConsoleEnv>;

const one = "/forms/:form/integrations/:integration/deliveries/:delivery";
const read = may("forms:read");
const write = may("integrations:write");

export const deliveryPages = new Hono<ConsoleEnv>()
  .get(one, read, (c) => showDelivery(c))
  .post(`${one}/retry`, write, (c) =>
    act(c, {
      run: async () => {
        const { ctx, workspace, named } = asked(c);
        await getDelivery(ctx, workspace, named);
        await retryDelivery(ctx, workspace, named.delivery);
        return { path: integrationPath(named.form, named.integration), done: "The delivery is tried again." };
      },
      refused: (error) => showDelivery(c, error),
    }),
  )
  .get(`${one}/skip`, write, (c) => showSkip(c))
  .post(`${one}/skip`, write, (c) =>
    act(c, {
      run: async () => {
        const { ctx, workspace, named } = asked(c);
        await getDelivery(ctx, workspace, named);
        const reason = checkWith(SkipReasonSchema, c.get("sent").get("reason") ?? "", ["reason"]);
        await skipDelivery(ctx, workspace, { delivery: named.delivery, reason });
        return { path: integrationPath(named.form, named.integration), done: "The delivery is skipped." };
      },
      refused: (error) => showSkip(c, error),
    }),
  );

function asked(c: ConsoleContext) {
  const named = {
    form: c.req.param("form") ?? "",
    integration: c.req.param("integration") ?? "",
    delivery: c.req.param("delivery") ?? "",
  };
  return { ctx: c.get("ctx"), workspace: c.get("key").workspace, named };
}

async function showDelivery(c: ConsoleContext, error?: AppError): Promise<Response> {
  const { ctx, workspace, named } = asked(c);
  const shared = await readOf(c);
  const delivery = await getDelivery(ctx, workspace, named);
  const attempts = await listAttempts(ctx, workspace, named.delivery);
  const page = <DeliveryPage {...shared} delivery={delivery} attempts={attempts} error={error} />;
  return show(c, page, error ? statusOf(c, error) : 200);
}

async function showSkip(c: ConsoleContext, error?: AppError): Promise<Response> {
  const { ctx, workspace, named } = asked(c);
  const shared = await readOf(c);
  const delivery = await getDelivery(ctx, workspace, named);
  const reason = c.get("sent")?.get("reason") ?? "";
  return show(
    c,
    <SkipPage {...shared} delivery={delivery} reason={reason} error={error} />,
    error ? statusOf(c, error) : 200,
  );
}
