/** zod schemas as JSON Schema 2020-12, named ones as references. */
import * as z from "zod";
import { simplify } from "../../core/json-schema";
import type { JsonSchema } from "../../core/openapi";
import { splitByKind } from "./by-kind";
import { type Component, components } from "./components";

type Io = "input" | "output";

const settings = (io: Io) => ({
  target: "draft-2020-12" as const,
  io,
  uri: (id: string) => `#/components/schemas/${id}`,
  // What JSON can't say (a transformed value) is described by what goes in.
  unrepresentable: "any" as const,
  override: ({ jsonSchema }: { jsonSchema: z.core.JSONSchema.BaseSchema }) => simplify(jsonSchema),
});

/**
 * The named schemas by id. Throws when a shared one reads otherwise than it is written, and when an id is used twice.
 */
export function componentSchemas(): Record<string, JsonSchema> {
  const both = { input: schemasAs("input"), output: schemasAs("output") };
  const found: Record<string, JsonSchema> = {};
  const named = [...(components as unknown as { _idmap: Map<string, z.ZodType> })._idmap];
  for (const [id, schema] of named) {
    const about = components.get(schema);
    if (!about) throw new Error(`${id} is named twice`);
    const [input, output] = [both.input[id], both.output[id]];
    if (about.role === "shared" && JSON.stringify(input) !== JSON.stringify(output)) {
      throw new Error(`${id} is not read as it is written: give it two names`);
    }
    const described = describe((about.role === "input" ? input : output) ?? {}, about);
    Object.assign(found, about.byKind ? splitByKind(id, described, about.byKind) : { [id]: described });
  }
  return Object.fromEntries(Object.entries(found).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function schemasAs(io: Io): Record<string, JsonSchema> {
  const { schemas } = z.toJSONSchema(components, settings(io));
  return Object.fromEntries(Object.entries(schemas).map(([id, schema]) => [id, strip(schema)]));
}

const strip = ({ $schema: _, $id: __, ...schema }: Record<string, unknown>): JsonSchema => schema as JsonSchema;

function describe(schema: JsonSchema, { id, description, fields = {} }: Component): JsonSchema {
  const properties = { ...schema.properties };
  for (const [name, text] of Object.entries(fields)) {
    if (!properties[name]) throw new Error(`${id} has no ${name} to describe`);
    properties[name] = { ...properties[name], description: text };
  }
  const described = schema.properties ? { ...schema, properties } : schema;
  return description === undefined ? described : { ...described, description };
}

/** A reference to a named schema. Throws for one without a name. */
export function refTo(schema: z.ZodType): JsonSchema {
  const id = components.get(schema)?.id;
  if (id === undefined) throw new Error("a body or an answer has a schema without a name");
  return { $ref: `#/components/schemas/${id}` };
}

/** The schema of a parameter, as it is sent. */
export function parameterSchema(schema: z.ZodType): JsonSchema {
  return strip(z.toJSONSchema(schema, settings("input")));
}
