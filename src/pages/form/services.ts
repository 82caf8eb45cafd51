/**
 * What the hosted form pages ask of the rest of the product: two verbs and a source of keys. They come in as an argument
 * of createFormPages, so that the pages run over anything that keeps these promises.
 */
import type { CompiledDefinition } from "../../core/answer";
import type { Definition } from "../../core/form";

/** A form as its page needs it: the current version. */
export interface PublicForm {
  readonly id: string;
  readonly title: string;
  readonly state: "open" | "closed";
  readonly access: "public" | "key";
  readonly version: number;
  readonly definition: Definition;
  readonly compiled: CompiledDefinition;
}

export interface PageResponse {
  readonly form: string;
  /** Not checked yet; refs and values as DESIGN.md section 6 says. */
  readonly answers: unknown;
  readonly metadata?: unknown;
  readonly idempotencyKey?: string;
  readonly key: null;
}

export type PageOutcome = { readonly id: string } | { readonly receipt: string };

/** `Ctx` is whatever the services take as their context; the pages only pass it on. */
export interface FormServices<Ctx> {
  /** Throws AppError `not_found`. */
  loadForm(ctx: Ctx, formId: string): Promise<PublicForm>;
  /**
   * The id of the stored response, or a receipt when the store was down and the response waits to be stored.
   * Throws AppError `invalid_answers`, `form_closed`, `idempotency_key_reused`, `overloaded`, `store_unavailable`.
   */
  submitResponse(ctx: Ctx, input: PageResponse): Promise<PageOutcome>;
  /** A fresh key for each rendered form; random unless told. */
  newKey?(): string;
}
