/** A JSON Schema as people read it: a table of properties, with references as links. */
import type { JsonSchema } from "../../core/openapi";
import { Prose } from "./prose";

export const schemaAnchor = (name: string) => `schema-${name}`;
const nameOf = (ref: string) => ref.slice(ref.lastIndexOf("/") + 1);

/** In a few words what a value must be. */
export const TypeOf = ({ schema }: { readonly schema: JsonSchema }) => {
  if (schema.$ref !== undefined) {
    const name = nameOf(schema.$ref);
    return <a href={`#${schemaAnchor(name)}`}>{name}</a>;
  }
  const options = schema.anyOf ?? schema.oneOf;
  if (options) return <Joined schemas={options} />;
  if (schema.const !== undefined) return <code>{JSON.stringify(schema.const)}</code>;
  if (schema.enum) return <>{spread(schema.enum.map((value) => <code>{String(value)}</code>))}</>;
  if (schema.type === "array" && typeof schema.items === "object") {
    return (
      <>
        list of <TypeOf schema={schema.items} />
      </>
    );
  }
  return <>{plainType(schema)}</>;
};

const Joined = ({ schemas }: { readonly schemas: readonly JsonSchema[] }) => (
  <>{spread(schemas.map((schema) => <TypeOf schema={schema} />))}</>
);

const spread = (parts: readonly unknown[]) => parts.flatMap((part, i) => (i === 0 ? [part] : [" or ", part]));

function plainType(schema: JsonSchema): string {
  if (schema.format === "date-time") return "time (RFC 3339)";
  if (schema.type === undefined) return "anything";
  return [schema.type].flat().join(" or ").replace("string", "text").replace("array", "list");
}

const LIMITS: Readonly<Record<string, string>> = {
  minimum: "at least",
  maximum: "at most",
  minLength: "characters at least:",
  maxLength: "characters at most:",
  minItems: "entries at least:",
  maxItems: "entries at most:",
  pattern: "matches",
};

/** Bounds and what is taken when nothing is sent. */
const Limits = ({ schema }: { readonly schema: JsonSchema }) => {
  const known = schema as Readonly<Record<string, unknown>>;
  const parts = Object.entries(LIMITS).flatMap(([key, words]) =>
    known[key] === undefined ? [] : [`${words} ${known[key]}`],
  );
  if (schema.default !== undefined) parts.push(`${JSON.stringify(schema.default)} unless told`);
  return parts.length === 0 ? null : <div class="soft">{parts.join("; ")}</div>;
};

interface RowProps {
  readonly name: string;
  readonly schema: JsonSchema;
  /** `required`, `header`: whatever else is to be known of it. */
  readonly notes: readonly string[];
}

/** A property or a parameter. */
export const Row = ({ name, schema, notes }: RowProps) => {
  const inner = schema.properties ?? (typeof schema.items === "object" ? schema.items.properties : undefined);
  return (
    <tr>
      <th scope="row">
        <code>{name}</code>
        {notes.length > 0 && <span class="needed">{notes.join(", ")}</span>}
      </th>
      <td class="type">
        <TypeOf schema={schema} />
      </td>
      <td>
        {schema.description !== undefined && <Prose text={schema.description} />}
        <Limits schema={schema} />
        {inner && <Properties schema={schema.properties ? schema : (schema.items as JsonSchema)} />}
      </td>
    </tr>
  );
};

const Properties = ({ schema }: { readonly schema: JsonSchema }) => (
  <div class="wide">
    <table>
      <tbody>
        {Object.entries(schema.properties ?? {}).map(([name, property]) => (
          <Row name={name} schema={property} notes={schema.required?.includes(name) ? ["required"] : []} />
        ))}
      </tbody>
    </table>
  </div>
);

/** All of a schema: its properties, or each of its alternatives. */
export const SchemaTable = ({ schema }: { readonly schema: JsonSchema }) => {
  if (schema.properties) return <Properties schema={schema} />;
  const options = schema.oneOf ?? schema.anyOf;
  if (options?.some((option) => option.properties)) {
    return (
      <>
        {options.map((option, i) => (
          <>
            {i > 0 && <h4>or</h4>}
            <SchemaTable schema={option} />
          </>
        ))}
      </>
    );
  }
  const { additionalProperties: values } = schema;
  return (
    <p>
      {typeof values === "object" ? "object; each value: " : ""}
      <TypeOf schema={typeof values === "object" ? values : schema} />
    </p>
  );
};
