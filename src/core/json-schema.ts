/** zod schemas as JSON Schema 2020-12: what a value is like as it is sent, and what its meta says to people. */
import * as z from "zod";
import type { JsonSchema } from "./openapi";

/** Takes away what says nothing to a reader: bounds of what a number can hold, and patterns that repeat a format. */
export function simplify(schema: z.core.JSONSchema.BaseSchema): void {
  if (schema.format === "date-time") delete schema.pattern;
  // No format that anybody knows: the pattern says it.
  if (schema.format === "includes") delete schema.format;
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum;
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum;
  if (JSON.stringify(schema.propertyNames) === '{"type":"string"}') delete schema.propertyNames;
  if (Array.isArray(schema.prefixItems) && schema.prefixItems.length === 0) {
    delete schema.prefixItems;
    delete schema.items;
  }
}

/**
 * `secret`: each value in it may be sent and is never shown (`writeOnly`). Throws for a schema that contains itself.
 */
export function toJsonSchema(schema: z.ZodType, { secret = false } = {}): JsonSchema {
  const { $schema: _, ...made } = z.toJSONSchema(schema, {
    target: "draft-2020-12",
    io: "input",
    unrepresentable: "any",
    override: ({ jsonSchema }) => {
      simplify(jsonSchema);
      if (secret && jsonSchema.type !== "object" && jsonSchema.type !== "array") jsonSchema.writeOnly = true;
    },
  });
  if ("$defs" in made) throw new TypeError("a schema that contains itself can't stand inside of another document");
  return made as JsonSchema;
}
