/** The controls of a form that a JSON Schema asks for (config and credentials of a kind), as data. Pure. */
import type { Question } from "../../../../core/form";
import type { JsonSchema } from "../../../../core/openapi";

export type ControlType =
  /** A line, several, or a text with answers in it. */
  | "text"
  | "area"
  | "template"
  | "number"
  | "switch"
  /** One of `options`, or several of them. */
  | "choice"
  | "choices"
  /** Texts, one a line, or what else a list may hold, as JSON; names with values, one a line; JSON. */
  | "lines"
  | "pairs"
  | "json"
  /** Of several controls; of any number of such groups. */
  | "group"
  | "groups";

export interface Control {
  readonly type: ControlType;
  /** Of its input: the keys that lead to it, with dots between. */
  readonly name: string;
  readonly key: string;
  readonly title: string;
  readonly help?: string;
  readonly required: boolean;
  /** Never shown, and never kept on a page. */
  readonly secret: boolean;
  readonly maxLength?: number;
  /** What stands in it where nothing was chosen. */
  readonly fallback?: unknown;
  readonly options?: readonly { readonly value: string; readonly label: string }[];
  /** Of groups: what one of them has, with names from there on. */
  readonly parts: readonly Control[];
}

/** Lines longer than this have an area. */
const LINE_MAX = 1_000;

/**
 * The controls for an object's properties. What names a connection is left out: it has a control of its own.
 * `optional`: the object may be left out, so that nothing in it is filled in.
 */
export function controlsOf(
  schema: JsonSchema,
  questions: readonly Question[],
  { at, optional = false }: { readonly at: string; readonly optional?: boolean },
): readonly Control[] {
  return Object.entries(schema.properties ?? {})
    .filter(([, property]) => property["x-input"] !== "connection")
    .map(([key, property]) => {
      const required = schema.required?.includes(key) === true;
      return controlOf(property, questions, { key, name: at === "" ? key : `${at}.${key}`, required, optional });
    });
}

/** The controls for the credentials of a kind: its text as a file, or one for each. */
export const secretControls = (schema: JsonSchema): readonly Control[] =>
  schema["x-input"] === "file"
    ? [controlOf(schema, [], { key: "secrets", name: "secrets", required: true, optional: false })]
    : controlsOf(schema, [], { at: "secrets" });

interface Place {
  readonly key: string;
  readonly name: string;
  readonly required: boolean;
  readonly optional: boolean;
}

/** The control for a value of any shape; what has no better one is entered as JSON. */
export function controlOf(schema: JsonSchema, questions: readonly Question[], place: Place): Control {
  const { key, name, required, optional } = place;
  const of = {
    key,
    name,
    // Not of what may be left out as a whole.
    required: required && !optional,
    title: schema.title ?? key,
    ...(schema.description !== undefined && { help: schema.description }),
    secret: isSecret(schema),
    ...(schema.maxLength !== undefined && { maxLength: schema.maxLength }),
    ...(schema.default !== undefined && !optional && { fallback: schema.default }),
    parts: [],
  };
  const several = listIn(schema);
  if (schema["x-input"] === "question") {
    const types = schema["x-question-types"];
    const options = questions
      .filter(({ type }) => (types ? types.includes(type) : type !== "statement"))
      .map(({ ref, title }) => ({ value: ref, label: title }));
    return { ...of, type: several ? "choices" : "choice", options };
  }
  if (schema["x-input"] === "template") return { ...of, type: "template" };
  if (schema["x-input"] === "file") return { ...of, type: "text" };
  if (schema.const !== undefined) return { ...of, type: "choice", options: optionsOf([schema.const]) };
  if (schema.enum) return { ...of, type: "choice", options: optionsOf(schema.enum) };
  if (several) return ofList(of, several, questions);
  if (schema.type === "object") return ofObject(of, schema, questions);
  if (schema.type === "boolean") return { ...of, type: "switch" };
  if (schema.type === "integer" || schema.type === "number") return { ...of, type: "number" };
  if (schema.type === "string") return { ...of, type: (schema.maxLength ?? 0) > LINE_MAX ? "area" : "text" };
  return { ...of, type: "json" };
}

type Bare = Omit<Control, "type">;

/** The list that a value is, or may be. */
const listIn = (schema: JsonSchema): JsonSchema | undefined =>
  [schema, ...(schema.anyOf ?? [])].find(({ type }) => type === "array");

function ofList(of: Bare, { items }: JsonSchema, questions: readonly Question[]): Control {
  if (typeof items !== "object") return { ...of, type: "json" };
  if (items.enum) return { ...of, type: "choices", options: optionsOf(items.enum) };
  if ([items, ...(items.anyOf ?? [])].some(({ type }) => type === "string")) return { ...of, type: "lines" };
  if (items.type !== "object" || !items.properties) return { ...of, type: "json" };
  return { ...of, type: "groups", parts: controlsOf(items, questions, { at: "", optional: true }) };
}

function ofObject(of: Bare, schema: JsonSchema, questions: readonly Question[]): Control {
  if (schema.properties) {
    const parts = controlsOf(schema, questions, { at: of.name, optional: !of.required });
    return { ...of, type: "group", parts };
  }
  const { additionalProperties: value } = schema;
  return { ...of, type: typeof value === "object" && value.type === "string" ? "pairs" : "json" };
}

const optionsOf = (values: readonly unknown[]) =>
  values.map((value) => ({ value: String(value), label: String(value) }));

/** Whether anything in it may be sent and is never shown. */
function isSecret({ writeOnly, items, properties = {}, additionalProperties }: JsonSchema): boolean {
  const inside = [items, additionalProperties, ...Object.values(properties)];
  return writeOnly === true || inside.some((one) => typeof one === "object" && isSecret(one));
}

/** A part of a group among others, under the name that its input has there. */
export const partAt = (group: Control, part: Control, index: number): Control => under(part, `${group.name}.${index}`);

const under = (control: Control, at: string): Control => ({
  ...control,
  name: `${at}.${control.name}`,
  ...(control.type === "group" && { parts: control.parts.map((part) => under(part, at)) }),
});
