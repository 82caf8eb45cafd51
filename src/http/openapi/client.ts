/**
 * The API as types for `openapi-fetch`: `createClient<Paths>({ baseUrl })`. Made by the compiler from the operations,
 * so that there is nothing to generate. Clients that live elsewhere make theirs from /openapi.json. Types only.
 */
import type * as z from "zod";
import type { OPERATIONS } from "./operations";
import type { ProblemBody } from "./problems";

type Any = (typeof OPERATIONS)[number];

/** What an address needs: `{form}` and the like. */
type Names<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}` ? Name | Names<Rest> : never;

interface Parameters<One extends Any> {
  readonly path?: [Names<One["path"]>] extends [never] ? never : { readonly [Name in Names<One["path"]>]: string };
  readonly query?: One extends { readonly query: infer Query extends z.ZodType } ? z.input<Query> : never;
  readonly header?: One extends { readonly headers: readonly (infer Name extends string)[] }
    ? { readonly [Key in Name]?: string }
    : never;
}

/** Required where the address has parameters. */
type Given<One extends Any> = [Names<One["path"]>] extends [never]
  ? Parameters<One>
  : Parameters<One> & { readonly path: NonNullable<Parameters<One>["path"]> };

type Body<One extends Any> = One extends { readonly body: infer Schema extends z.ZodType }
  ? { requestBody: { content: { "application/json": z.input<Schema> } } }
  : { requestBody?: never };

type Answers<One extends Any> = {
  [Status in keyof One["answers"] & number]: One["answers"][Status] extends { readonly schema: infer Schema }
    ? { content: { "application/json": Schema extends z.ZodType ? z.output<Schema> : never } }
    : { content?: never };
} & { default: { content: { "application/problem+json": z.output<typeof ProblemBody> } } };

type Described<One extends Any> = { parameters: Given<One>; responses: Answers<One> } & Body<One>;

/** By path, then by method. */
export type Paths = {
  [Path in Any["path"]]: {
    [One in Extract<Any, { readonly path: Path }> as One["method"]]: Described<One>;
  };
};
