/**
 * The named schemas of the document. A view is declared together with the type that its service returns, and where the
 * two differ the declaration does not compile; a body is the very schema that its route reads with.
 */
import * as z from "zod";
import type { PartOfKind } from "./by-kind";

/** What stands beside a schema in the document. */
export interface Component {
  readonly id: string;
  /** A body as it is sent, a view as it is answered; a `shared` one reads the same both ways. */
  readonly role: "input" | "output" | "shared";
  readonly description?: string;
  /** What its properties mean, where the schema does not say so itself. */
  readonly fields?: Readonly<Record<string, string>>;
  /** The property that each kind has its own schema for: the document has the body once for each of them. */
  readonly byKind?: PartOfKind;
}

export const components = z.registry<Component>();

type About = Pick<Component, "description" | "fields" | "byKind">;

function add<S extends z.ZodType>(schema: S, component: Component): S {
  const named = components as z.core.$ZodRegistry<Component, z.ZodType>;
  if (!named.has(schema)) named.add(schema, component);
  return schema;
}

/** Names the schema of a body. */
export const body = <S extends z.ZodType>(id: string, schema: S, about: About = {}): S =>
  add(schema, { id, role: "input", ...about });

/** Names a schema that bodies and views have in common. */
export const shared = <S extends z.ZodType>(id: string, schema: S, about: About = {}): S =>
  add(schema, { id, role: "shared", ...about });

/** Names the schema of an answer that has no type of its own. */
export const answer = <S extends z.ZodType>(id: string, schema: S, about: About = {}): S =>
  add(schema, { id, role: "output", ...about });

/** The same shape with everything readonly, so that views and what zod reads can be compared. */
type Plain<T> = unknown extends T
  ? unknown
  : T extends string | number | boolean | null | undefined
    ? T
    : { readonly [K in keyof T]: Plain<T[K]> };

type Same<A, B> = (<X>() => X extends A ? 1 : 2) extends <X>() => X extends B ? 1 : 2 ? true : false;

/** The schema itself, or (as an error of the compiler) how it differs from the view. */
type Describing<S extends z.ZodType, View> =
  Same<Plain<z.output<S>>, Plain<View>> extends true
    ? S
    : { readonly theViewIs: Plain<View>; readonly butTheSchemaSays: Plain<z.output<S>> };

/** Names the schema of a view; it compiles only when both have the same type. */
export const view =
  <View>() =>
  <S extends z.ZodType>(id: string, schema: S & Describing<S, View>, about: About = {}): S =>
    add(schema as S, { id, role: "output", ...about });

/** A page of a list of these. */
export const listOf = <S extends z.ZodType>(id: string, item: S) =>
  answer(
    id,
    z.strictObject({
      items: z.array(item),
      next: z.string().nullable().describe("The `cursor` of the next page; null: this is the last one."),
    }),
  );

/** A moment in UTC, as answers have it. */
export const Moment = z.iso.datetime();
