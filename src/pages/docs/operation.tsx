/** One operation: who may call it, what it takes, an example, what it answers. */
import type { Content, JsonSchema, OpenApiDocument, OperationObject } from "../../core/openapi";
import { Paragraphs, Prose } from "./prose";
import { Row, SchemaTable, TypeOf } from "./schema";

interface Props {
  readonly document: OpenApiDocument;
  readonly path: string;
  readonly method: string;
  readonly operation: OperationObject;
}

export const Operation = ({ document, path, method, operation }: Props) => {
  const { operationId, summary, description, parameters = [], requestBody } = operation;
  const [body] = Object.values(requestBody?.content ?? {});
  return (
    <article class="operation" id={operationId}>
      <h3>{summary}</h3>
      <p class="path">
        <span class={`method ${method}`}>{method.toUpperCase()}</span> <code>{path}</code>
      </p>
      <Deprecated operation={operation} />
      {description !== undefined && <Paragraphs text={description} />}
      <p class="soft">{whoMay(operation)}</p>
      {parameters.length > 0 && (
        <>
          <h4>Parameters</h4>
          <div class="wide">
            <table>
              <tbody>
                {parameters.map(({ name, required, schema, description: text, in: place }) => (
                  <Row
                    name={name}
                    notes={[place, ...(required ? ["required"] : [])]}
                    schema={{ ...schema, ...(text !== undefined && { description: text }) }}
                  />
                ))}
              </tbody>
            </table>
          </div>
        </>
      )}
      {body?.schema && (
        <>
          <h4>
            Body: <TypeOf schema={body.schema} />
          </h4>
          <SchemaTable schema={resolve(document, body.schema)} />
        </>
      )}
      <h4>Example</h4>
      <pre tabindex={0}>
        <code>{curl({ path, method, operation })}</code>
      </pre>
      <h4>Answers</h4>
      <Answers operation={operation} />
    </article>
  );
};

const Deprecated = ({ operation: { "x-deprecation": about } }: Pick<Props, "operation">) =>
  about ? (
    <p class="old">
      Deprecated since {about.since}
      {about.sunset !== undefined && `; it ends on ${about.sunset}`}.{" "}
      {about.instead !== undefined && <Prose text={about.instead} />}
    </p>
  ) : null;

const Answers = ({ operation }: Pick<Props, "operation">) => (
  <div class="wide">
    <table>
      <tbody>
        {Object.entries(operation.responses).map(([status, { description, content }]) => (
          <tr>
            <th scope="row">{status}</th>
            <td class="type">{content ? <ContentType content={content} /> : "empty"}</td>
            <td>
              <Prose text={description} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  </div>
);

const ContentType = ({ content }: { readonly content: Content }) => {
  const [type = "", { schema } = {}] = Object.entries(content)[0] ?? [];
  return schema ? <TypeOf schema={schema} /> : <code>{type}</code>;
};

function resolve({ components }: OpenApiDocument, schema: JsonSchema): JsonSchema {
  const name = schema.$ref?.slice("#/components/schemas/".length);
  return name === undefined ? schema : (components.schemas[name] ?? schema);
}

function whoMay({ "x-scope": scope, security }: OperationObject): string {
  if (scope === undefined) return "No key is asked for.";
  if (scope === "root") return "Needs the root key of the installation.";
  const optional = security.some((way) => Object.keys(way).length === 0);
  return optional ? `Without a key, or with one of the scope ${scope}.` : `Needs a key with the scope ${scope}.`;
}

/** A call from the shell, with the variables of `npm start`'s demo.env where there are such. */
function curl({
  path,
  method,
  operation: { requestBody, security, parameters = [] },
}: Omit<Props, "document">): string {
  const address = path.replace("{form}", "$FORMLOG_FORM");
  const lines = [`curl${method === "get" ? "" : ` -X ${method.toUpperCase()}`} "$FORMLOG_URL${address}"`];
  const [way] = security;
  if (way && security.length === 1) {
    lines.push(`-H "Authorization: Bearer ${way.rootKey ? "$FORMLOG_ROOT_KEY" : "$FORMLOG_KEY"}"`);
  }
  if (parameters.some(({ name }) => name === "If-Match")) lines.push(`-H 'If-Match: "1"'`);
  const [type, body] = Object.entries(requestBody?.content ?? {})[0] ?? [];
  if (type !== undefined) lines.push(`-H 'Content-Type: ${type}'`);
  if (body?.example !== undefined) lines.push(`-d '${JSON.stringify(body.example).replaceAll("'", "'\\''")}'`);
  return lines.join(" \\\n  ");
}
