/** The setup of an integration as its form has it: read from what was sent, made into what the verbs take. */
import { AppError, type Problem } from "../../../core/errors";
import type { Question } from "../../../core/form";
import type { IntegrationView } from "../../../services/integration-view";
import type { KindView } from "../../../services/kinds";
import { type Control, controlsOf, secretControls } from "./fields/model";
import { readControls, type Values } from "./fields/values";

/** The controls of a kind's form. */
export interface Controls {
  readonly config: readonly Control[];
  readonly secrets: readonly Control[];
}

export const setupControls = (kind: KindView, questions: readonly Question[]): Controls => ({
  config: controlsOf(kind.config, questions, { at: "config" }),
  secrets: kind.secrets ? secretControls(kind.secrets) : [],
});

/** In the place of a connection: one that is to be made. */
export const NEW = "new";
export const CONNECTION = "config.connection";

/** So that mistakes in what the form has besides find their way. */
const besides = (name: string, title: string): Control => {
  return { type: "text", name, key: name, title, required: false, secret: false, parts: [] };
};
export const BESIDES: readonly Control[] = [
  besides(CONNECTION, "Credentials"),
  besides("secrets", "New credentials"),
  besides("connectionName", "Name"),
  besides("filter", "Only responses for which this holds"),
  besides("start", "Starts with"),
];

/** What stands in the form. Secrets are no part of it: they are never shown again. */
export interface Setup {
  readonly config: Values;
  /** Id of a connection, NEW, or "": none. */
  readonly connection: string;
  readonly connectionName: string;
  readonly filter: string;
  readonly start: "now" | "beginning";
}

export const EMPTY: Setup = { config: {}, connection: "", connectionName: "", filter: "", start: "now" };

/** The setup of an integration that there is. */
export const setupOf = ({ config: { connection, ...config }, filter }: IntegrationView): Setup => ({
  ...EMPTY,
  config,
  connection: typeof connection === "string" ? connection : "",
  filter: filter ?? "",
});

export interface SentSetup {
  readonly setup: Setup;
  readonly problems: readonly Problem[];
}

export function readSetup({ config: controls }: Controls, sent: URLSearchParams): SentSetup {
  const { values: config, problems } = readControls(controls, sent);
  const text = (name: string) => (sent.get(name) ?? "").trim();
  const start = text("start") === "beginning" ? "beginning" : "now";
  const setup = { connection: text(CONNECTION), connectionName: text("connectionName"), filter: text("filter") };
  return { setup: { config, ...setup, start }, problems };
}

/** Throws `invalid_request` when something that was entered could not be read. */
export function requireReadable(problems: readonly Problem[]): void {
  if (problems.length > 0) throw new AppError("invalid_request", { errors: problems });
}

/** The config with the connection that is there already; one that is to be made is left out. */
export const configOf = ({ config, connection }: Setup): Values =>
  connection === "" || connection === NEW ? config : { ...config, connection };

/** The credentials that were entered; undefined: none, so that Formlog makes them where it can. */
export function readSecrets({ secrets }: Controls, sent: URLSearchParams): unknown {
  const { values, problems } = readControls(secrets, sent);
  requireReadable(problems);
  const [only] = secrets;
  if (only?.name === "secrets") return values.secrets;
  return Object.keys(values).length === 0 ? undefined : values;
}

/** What changes of a config: undefined takes a setting away. */
export function changesIn(before: Values, after: Values): Record<string, unknown> {
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  const changed = [...keys].filter((key) => JSON.stringify(before[key]) !== JSON.stringify(after[key]));
  return Object.fromEntries(changed.map((key) => [key, after[key]]));
}
