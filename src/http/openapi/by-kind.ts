/**
 * Bodies that differ by kind: in the document, one schema for each, with what the manifest says of config and
 * credentials.
 */
import type { JsonSchema } from "../../core/openapi";
import { type KindView, listKinds } from "../../services/kinds";

/** The property that differs. */
export type PartOfKind = "config" | "secrets";

const refTo = (id: string): JsonSchema => ({ $ref: `#/components/schemas/${id}` });
/** `twilio-sms` is TwilioSms in the names of schemas. */
const nameOf = (kind: string) => kind.replace(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase());

/** The schemas in the place of one called `New…`: what it may be, and by kind the body and the part of it. */
export function splitByKind(id: string, body: JsonSchema, part: PartOfKind): Record<string, JsonSchema> {
  const kinds = listKinds().filter((kind) => kind[part] !== null);
  const own = (kind: string) => id.replace(/^New/, `New${nameOf(kind)}`);
  const mapping = Object.fromEntries(kinds.map(({ kind }) => [kind, `#/components/schemas/${own(kind)}`]));
  const found: Record<string, JsonSchema> = {
    [id]: { oneOf: kinds.map(({ kind }) => refTo(own(kind))), discriminator: { propertyName: "kind", mapping } },
  };
  for (const kind of kinds) {
    const inner = `${nameOf(kind.kind)}${part === "config" ? "Config" : "Secrets"}`;
    found[inner] = { ...kind[part], description: kind.title };
    found[own(kind.kind)] = bodyOf(kind, { body, part, inner });
  }
  return found;
}

function bodyOf(kind: KindView, on: { body: JsonSchema; part: PartOfKind; inner: string }): JsonSchema {
  const { body, part, inner } = on;
  const needed = part === "config" || kind.credentials === "given";
  const example = part === "config" ? kind.example.config : kind.example.secrets;
  const name = part === "config" ? {} : { name: "Ours" };
  return {
    ...body,
    description: kind.summary,
    properties: { ...body.properties, kind: { type: "string", const: kind.kind }, [part]: refTo(inner) },
    required: [...new Set([...(body.required ?? []), ...(needed ? [part] : [])])],
    ...(example && { examples: [{ kind: kind.kind, ...name, [part]: example }] }),
  };
}
