/**
 * What was entered in controls, as the value that their schema describes; and a value as its controls show it. Pure.
 */
import type { Problem } from "../../../../core/errors";
import { type Control, partAt } from "./model";

export type Values = Readonly<Record<string, unknown>>;

/** What was entered, and what could not be read. Unreadable texts stay in the value as they are, to be shown again. */
export interface Entered {
  readonly values: Values;
  readonly problems: readonly Problem[];
}

/** Reads the controls of a form that was sent. What was left empty is left out. */
export function readControls(controls: readonly Control[], sent: URLSearchParams): Entered {
  const problems: Problem[] = [];
  return { values: readGroup(controls, sent, problems), problems };
}

function readGroup(controls: readonly Control[], sent: URLSearchParams, problems: Problem[]): Values {
  const read = controls.map((control) => [control.key, readControl(control, sent, problems)] as const);
  return Object.fromEntries(read.filter(([, value]) => value !== undefined));
}

/** Groups of a list that are read at most; more are of nobody's form. */
const GROUPS_MAX = 500;

function readControl(control: Control, sent: URLSearchParams, problems: Problem[]): unknown {
  const { type, name } = control;
  const text = (sent.get(name) ?? "").replaceAll("\r\n", "\n").trim();
  if (type === "switch") return sent.has(name) || (control.fallback === true ? false : undefined);
  if (type === "choices") return emptyToNothing(sent.getAll(name).filter((value) => value !== ""));
  if (type === "group") {
    const values = readGroup(control.parts, sent, problems);
    return Object.keys(values).length === 0 && !control.required ? undefined : values;
  }
  if (type === "groups") return emptyToNothing(readGroups(control, sent, problems));
  if (text === "") return undefined;
  if (type === "number") return Number.isNaN(Number(text)) ? text : Number(text);
  if (type === "lines") return linesOf(text).map((line) => (line.startsWith("{") ? (readJson(line) ?? line) : line));
  if (type === "pairs")
    return readPairs(text) ?? refuse(problems, name, text, "Write each as `Name: value`, one a line.");
  if (type === "json") return readJson(text) ?? refuse(problems, name, text, "This is not JSON.");
  return text;
}

const emptyToNothing = <T>(list: readonly T[]) => (list.length === 0 ? undefined : list);
const linesOf = (text: string) =>
  text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");

function refuse(problems: Problem[], name: string, text: string, detail: string): string {
  problems.push({ pointer: `/${name.replaceAll(".", "/")}`, code: "unreadable", detail });
  return text;
}

/** The groups that have anything in them. */
function readGroups(control: Control, sent: URLSearchParams, problems: Problem[]): readonly Values[] {
  const numbers = [...sent.keys()].flatMap((name) => {
    const index = name.startsWith(`${control.name}.`) ? Number(name.slice(control.name.length + 1).split(".")[0]) : -1;
    return Number.isInteger(index) && index >= 0 && index < GROUPS_MAX ? [index] : [];
  });
  return [...new Set(numbers)]
    .toSorted((a, b) => a - b)
    .map((index) =>
      readGroup(
        control.parts.map((part) => partAt(control, part, index)),
        sent,
        problems,
      ),
    )
    .filter((values) => Object.keys(values).length > 0);
}

/** Null: a line is no pair. */
function readPairs(text: string): Values | null {
  const pairs = linesOf(text).map((line) => /^([^:]+):(.*)$/.exec(line));
  if (pairs.some((pair) => pair === null)) return null;
  // Not assigned one by one: a name may be `__proto__`.
  return Object.fromEntries(pairs.map((pair) => [pair?.[1]?.trim() ?? "", pair?.[2]?.trim() ?? ""]));
}

/** Null: it can't be read, or says nothing. */
function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** A value as the text of its control. A secret has none. */
export function textOf(control: Control, value: unknown): string {
  if (control.secret || value === undefined || value === null) return "";
  if (typeof value === "string") return value;
  if (control.type === "lines" && Array.isArray(value))
    return value.map((one) => (typeof one === "string" ? one : JSON.stringify(one))).join("\n");
  if (control.type === "pairs" && typeof value === "object") {
    return Object.entries(value)
      .map(([name, one]) => `${name}: ${one}`)
      .join("\n");
  }
  return typeof value === "object" ? JSON.stringify(value, null, 2) : String(value);
}

/** What is chosen among options: one value, or several. */
export const chosenIn = (value: unknown): readonly string[] =>
  (Array.isArray(value) ? value : [value]).filter((one) => typeof one === "string");

/** The values of a group. */
export const groupIn = (value: unknown): Values =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Values) : {};
