/** Mistakes in what was entered: which control each is of, and its words. Pure. */
import type { AppError, Problem } from "../../../../core/errors";
import { type Control, partAt } from "./model";

/** A mistake in the words of the page. `name`: of its control; null: of none that the page has. */
export interface Mistake {
  readonly name: string | null;
  readonly title: string | null;
  readonly detail: string;
}

/** What a page knows of its mistakes. */
export interface Mistakes {
  readonly all: readonly Mistake[];
  /** Of the control with this name. */
  of(name: string): string | undefined;
}

/** The mistakes of a refusal, by the controls of its page. `empty`: whether nothing was entered in one. */
export function mistakesIn(
  error: AppError | undefined,
  controls: readonly Control[],
  empty: (name: string) => boolean = () => false,
): Mistakes {
  const found = (error?.details.errors ?? []).map((problem) => mistakeOf(problem, controls, empty));
  // A file that is missing lacks everything that should be in it: that is one mistake.
  const all = [...new Map(found.map((one) => [`${one.name} ${one.detail}`, one])).values()];
  return {
    all,
    of: (name) =>
      all
        .filter((one) => one.name === name)
        .map(({ detail }) => detail)
        .join(" ") || undefined,
  };
}

/** The innermost control that a path leads to, in groups too. */
function controlAt(controls: readonly Control[], path: string): Control | undefined {
  const control = controls.find(({ name }) => path === name || path.startsWith(`${name}.`));
  if (!control) return undefined;
  const index = Number(path.slice(control.name.length + 1).split(".")[0]);
  const parts = control.type === "groups" ? control.parts.map((part) => partAt(control, part, index)) : control.parts;
  return controlAt(parts, path) ?? control;
}

function mistakeOf(
  { pointer, detail }: Problem,
  controls: readonly Control[],
  empty: (name: string) => boolean,
): Mistake {
  const path = pointer.slice(1).replaceAll("/", ".").replaceAll("~1", "/").replaceAll("~0", "~");
  const control = controlAt(controls, path);
  if (!control) return { name: null, title: null, detail: path === "" ? detail : `${path}: ${detail}` };
  const { name, title, type } = control;
  if (empty(name) && !HOLDING.has(type)) return { name, title, detail: "This is needed." };
  if (type === "number" && detail.includes("received string")) return { name, title, detail: "Write a number." };
  return { name, title, detail: capital(path === name ? detail : `${placeIn(path, name)}${detail}`) };
}

/** Where in a list a mistake is, counted as people count. */
function placeIn(path: string, name: string): string {
  const [first = ""] = path.slice(name.length + 1).split(".");
  return /^\d+$/.test(first) ? `${Number(first) + 1}: ` : `${first}: `;
}

/** Their inputs have names of their own. */
const HOLDING: ReadonlySet<Control["type"]> = new Set(["group", "groups"]);

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
