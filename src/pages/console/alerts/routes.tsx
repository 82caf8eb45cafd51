/**
 * /console/alerts: where the alerts of a workspace go. Each is an integration, whose own pages try, pause and delete
 * it.
 */
import { type Context, Hono } from "hono";
import { AppError } from "../../../core/errors";
import { addDestination, listDestinations } from "../../../services/alerts";
import { attempt } from "../../../services/store-failure";
import type { ConsoleEnv } from "../env";
import { may } from "../guard";
import { ALERTS } from "../paths";
import { goOn, goOnOnce, show, statusOf } from "../show";
import { DestinationsPage } from "./list";
import { NewDestinationPage } from "./new";
import { isType, readDestination } from "./types";

const NOTE = "Give it to the other side: with it, it knows that an alert is Formlog's.";

export const alertPages = new Hono<ConsoleEnv>()
  .get("/alerts", may("forms:read"), async (c) => {
    const destinations = await listDestinations(c.get("ctx"), c.get("key").workspace);
    return show(c, <DestinationsPage destinations={destinations} />);
  })
  .get("/alerts/new", may("integrations:write"), (c) => showForm(c, c.req.query("type")))
  .post("/alerts/new", may("integrations:write"), async (c) => {
    const sent = c.get("sent");
    const made = await attempt(() => addDestination(c.get("ctx"), c.get("key").workspace, readDestination(sent)));
    if (made instanceof AppError) return showForm(c, sent.get("type"), made);
    const done = "Alerts go there from now on. Try it.";
    return made.secrets ? goOnOnce(c, ALERTS, { done, note: NOTE, texts: made.secrets }) : goOn(c, ALERTS, done);
  });

function showForm(c: Context<ConsoleEnv>, asked: string | null | undefined, error?: AppError) {
  const type = isType(asked) ? asked : "webhook";
  const typed = c.get("sent") ?? new URLSearchParams();
  return show(c, <NewDestinationPage type={type} typed={typed} error={error} />, error ? statusOf(c, error) : 200);
}
