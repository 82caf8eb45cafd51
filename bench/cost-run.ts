/**
 * One cell of the measured costs: responses come one by one in an open loop at a rate, everything is delivered, and
 * what all workers did for it is summed up.
 */
import { createRandom } from "../test/chaos/simulation/random";
import { type CostedKind, STEPS } from "./cost-kinds";
import type { Run } from "./cost-measured";
import { mostBehind, takeAll, untilQuiet } from "./cost-quiet";
import type { Fleet } from "./fleet";
import { answersOf, FORM } from "./lists-load";
import { type Aim, packetOf } from "./load";
import { openLoop } from "./open-loop";
import { cpuOf } from "./processes";
import { TEXT } from "./providers";

/** Log lines that a sweep writes: counted with the sweeps, which come more often here than in the cloud. */
const SWEPT = "swept";

/** A form with integrations. */
export interface CostForm {
  /** `/v1/forms/{form}`. */
  readonly path: string;
  readonly kinds: readonly CostedKind[];
}

export const spreadsheetOf = (integrations: number) => `cost-${integrations}`;

/**
 * Makes the form with the first so many of `STEPS`. Nothing of it is indexed by the sweeper: that is a setting of a
 * question, and a row each.
 */
export async function makeForm({ call, port }: Fleet, integrations: number): Promise<CostForm> {
  const configs: Record<CostedKind, object> = {
    "google-sheets": { spreadsheetId: spreadsheetOf(integrations) },
    webhook: { url: `http://127.0.0.1:${port + 3}/hook`, events: ["response.created"] },
    "twilio-sms": { to: "phone", body: TEXT, defaultCountry: "IN", statusCallbacks: false },
    search: {},
    summary: {},
  };
  const questions = FORM.questions.map(({ indexed: _, ...question }: { indexed?: boolean }) => question);
  const { id } = await call("POST", "/v1/forms", { ...FORM, questions });
  const kinds = STEPS.slice(0, integrations);
  for (const kind of kinds) {
    await call("POST", `/v1/forms/${id}/integrations`, { kind, config: configs[kind] });
  }
  return { path: `/v1/forms/${id}`, kinds };
}

export interface Load {
  /** Responses a second. */
  readonly rate: number;
  readonly seconds: number;
  /** Responses of one request. */
  readonly batch: number;
  /** Of the first response: no two of a run are alike. */
  readonly first: number;
}

/** Sends, waits until all is delivered, and tells what it took. Throws when a response was not stored. */
export async function runOnce(fleet: Fleet, form: CostForm, load: Load): Promise<Run> {
  const { rate, seconds, batch, first } = load;
  await takeAll(fleet, form);
  const [cpu, lines] = [cpuOf(fleet.pids), new Map(fleet.lines)];
  const started = Date.now();
  let refused = 0;
  const { sent, hung } = await openLoop({
    port: fleet.port,
    rate: rate / batch,
    seconds,
    random: createRandom(first + 1),
    packet: (n) => packetOf(aimOf(fleet, form, load), n),
    done({ answer }) {
      if (answer === null || answer.status >= 300 || /"status":[45]/.test(answer.text())) refused += 1;
    },
  });
  const took = (Date.now() - started) / 1000;
  if (hung + refused > 0) throw new Error(`${refused} of ${sent} requests were refused, ${hung} not answered`);
  const behind = await mostBehind(fleet, form);
  const workers = await untilQuiet(fleet, form);
  const logged = [...fleet.lines].filter(([event]) => event !== SWEPT);
  const since = (name: "count" | "bytes") =>
    logged.reduce((sum, [event, now]) => sum + now[name] - (lines.get(event)?.[name] ?? 0), 0);
  return {
    ...load,
    kinds: form.kinds,
    responses: sent * batch,
    reached: (sent * batch) / Math.max(took, seconds),
    behind,
    workers,
    cpuSeconds: cpuOf(fleet.pids) - cpu,
    logBytes: since("bytes"),
    pages: (fleet.lines.get("page_settled")?.count ?? 0) - (lines.get("page_settled")?.count ?? 0),
  };
}

function aimOf({ port, key }: Fleet, { path }: CostForm, { batch, first }: Load): Aim {
  const one = (n: number) => ({ answers: answersOf(first + n) });
  return {
    port,
    path: batch === 1 ? `${path}/responses` : `${path}/responses/batch`,
    headers: { Authorization: `Bearer ${key}` },
    body: (n) =>
      JSON.stringify(batch === 1 ? one(n) : { responses: Array.from({ length: batch }, (_, i) => one(n * batch + i)) }),
    status: 201,
  };
}
