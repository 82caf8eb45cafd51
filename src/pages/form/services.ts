/**
 * What the hosted form pages ask of the rest of the product: two verbs and a source of keys. They come in as an
 * argument of createFormPages, so that the pages run over anything that keeps these promises.
 */
import type { CompiledDefinition } from "../../core/compiled";
import type { Flag } from "../../core/flag";
import type { Access, Definition } from "../../core/form";
import type { FormSettings } from "../../core/form-settings";
import type { Answers } from "../../core/response";

/** A form as its page needs it: the current version. */
export interface PublicForm {
  readonly id: string;
  readonly title: string;
  readonly state: "open" | "closed";
  readonly access: Access;
  readonly version: number;
  readonly definition: Definition;
  readonly compiled: CompiledDefinition;
  readonly settings: FormSettings;
  /** It had all the responses that it takes when it was loaded. */
  readonly full: boolean;
  /** The widget that proves a person, if the form has one. */
  readonly turnstile: { readonly siteKey: string } | null;
}

export interface PageResponse {
  readonly form: string;
  /** Not checked yet; refs and values as DESIGN.md section 6 says. */
  readonly answers: unknown;
  readonly metadata?: unknown;
  readonly idempotencyKey?: string;
  readonly key: null;
  /** The text of a collector link. */
  readonly link: string | undefined;
  /** The client's address as the edge saw it. */
  readonly address: string | undefined;
  /** What the widget wrote into the form. */
  readonly turnstileToken: string | undefined;
  /** Languages of the reader, most wanted first, and the address by which they came. */
  readonly reader: { readonly languages: readonly string[]; readonly origin: string };
}

/** `correction`: it is stored with flags, and mended there. */
export type PageOutcome =
  | { readonly id: string; readonly correction?: { readonly url: string } }
  | { readonly receipt: string };

/** A response that may be mended by whoever has its link. */
export interface Correction {
  /** Ids of the form and of the response. */
  readonly form: string;
  readonly response: string;
  readonly revision: number;
  /** Somebody waits for a correction. */
  readonly open: boolean;
  /** Told in the language of the reader. */
  readonly flags: readonly Flag[];
  readonly answers: Answers;
}

export interface CorrectionInput {
  /** The text of the link. */
  readonly correction: string;
  /** Of the reader, most wanted first. */
  readonly languages: readonly string[];
}

/** What the pages of a correction ask. Both throw AppError `link_refused`, `not_found`, `store_unavailable`. */
export interface CorrectionServices<Ctx> {
  getCorrection(ctx: Ctx, input: CorrectionInput): Promise<Correction>;
  /** Throws `conflict` (nobody waits for it), `stale_revision`, `invalid_answers`, `too_many_requests` too. */
  correctResponse(
    ctx: Ctx,
    input: CorrectionInput & {
      /** JSON Merge Patch. */
      readonly answers: Readonly<Record<string, unknown>>;
      /** The revision that was shown. */
      readonly precondition: readonly number[];
      readonly address: string | undefined;
    },
  ): Promise<unknown>;
}

/** A page of what is flagged of what came by a collector link. */
export interface Inbox {
  /** Id of the form. */
  readonly form: string;
  readonly flagged: number;
  readonly items: readonly {
    readonly response: string;
    /** Times in UTC. */
    readonly receivedAt: string;
    readonly submittedAt?: string;
    /** Told in the language of the reader. */
    readonly flags: readonly Flag[];
    readonly answers: Answers;
    /** Its last part opens the page of the correction. */
    readonly correction: { readonly url: string };
  }[];
  readonly next: string | null;
}

/** What the pages of an inbox ask. Both throw AppError `link_refused`, `store_unavailable`. */
export interface InboxServices<Ctx> {
  /** Throws `not_found`, `invalid_parameter` (a cursor that somebody made up) too. */
  readInbox(
    ctx: Ctx,
    input: {
      /** The text of the link. */
      readonly link: string;
      readonly limit: number;
      readonly cursor?: string;
      readonly reader: PageResponse["reader"];
    },
  ): Promise<Inbox>;
  /** How many there are for a link of this form, at most 100. */
  countInbox(ctx: Ctx, form: PublicForm, link: string): Promise<number>;
}

/** `Ctx` is whatever the services take as their context; the pages only pass it on. */
export interface FormServices<Ctx> extends CorrectionServices<Ctx>, InboxServices<Ctx> {
  /** Throws AppError `not_found`, `form_draft`. */
  loadForm(ctx: Ctx, formId: string): Promise<PublicForm>;
  /**
   * The id of the stored response, or a receipt when the store was down and the response waits to be stored. Throws
   * AppError `invalid_answers`, `form_closed`, `form_full`, `idempotency_key_reused`, `link_needed`, `link_refused`,
   * `link_full`, `too_many_requests`, `not_human`, `turnstile_unavailable`, `overloaded`, `store_unavailable`.
   */
  submitResponse(ctx: Ctx, input: PageResponse): Promise<PageOutcome>;
  /**
   * Throws AppError `link_needed`, `link_refused` or `link_full` when the form can't be used by this link, or without
   * one.
   */
  admitVisitor(ctx: Ctx, form: PublicForm, link: string | undefined): Promise<unknown>;
  /** Counts a robot that filled in what people do not see. */
  noteTrapped(ctx: Ctx, form: PublicForm): void;
  /** Where this installation is reached from outside; null: at the address that was asked. */
  publicUrl(ctx: Ctx): string | null;
  /** A fresh key for each rendered form; random unless told. */
  newKey?(): string;
  /** Milliseconds since the epoch; the clock unless told. */
  now?(): number;
}
