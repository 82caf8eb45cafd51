/**
 * The services of the hosted form in memory, for the tests of these pages: they keep the promises that the pages rely
 * on (answers are checked by the real interpreter, a key stores once), without a database. Not part of the product.
 */
import { Hono } from "hono";
import { checkAnswers } from "../../core/answer";
import { compileDefinition } from "../../core/compiled";
import { AppError } from "../../core/errors";
import type { Flag } from "../../core/flag";
import { CHOICE_TYPES, type Definition, type QuestionType } from "../../core/form";
import { DefinitionSchema } from "../../core/form-schema";
import { mergePatch } from "../../core/merge-patch";
import type { Answers } from "../../core/response";
import { brokenRules, toFlag } from "../../core/rule";
import { createFormPages } from "./routes";
import type {
  Correction,
  CorrectionInput,
  CorrectionServices,
  Inbox,
  InboxServices,
  PageOutcome,
  PageResponse,
  PublicForm,
} from "./services";

export interface Stored {
  readonly id: string;
  readonly form: string;
  readonly version: number;
  readonly revision: number;
  readonly answers: Answers;
  /** What its form's rules say of it. */
  readonly flags: readonly Flag[];
  readonly key: string | undefined;
  /** The collector link that it came by. */
  readonly link: string | undefined;
  readonly turnstileToken: string | undefined;
}

/** The one collector link that these services know. */
export const LINK = "link-of-asha";

/** One context, because the pages only pass it on. */
export interface MemoryContext {
  readonly name: "memory";
}

export class MemoryForms {
  readonly stored: Stored[] = [];
  /** Robots that were noticed. */
  trapped = 0;
  /** The next submission fails with this, once. */
  failure: Error | undefined;
  /** What the next load gives: a version that an isolate remembers after another was published. */
  remembered: PublicForm | undefined;
  readonly #forms = new Map<string, PublicForm>();

  /** Publishes a definition: the first version of a form, or its next. */
  publish(
    id: string,
    definition: unknown,
    state: Partial<Pick<PublicForm, "state" | "access" | "settings" | "full" | "turnstile">> = {},
  ): PublicForm {
    const parsed: Definition = DefinitionSchema.parse(definition);
    const form: PublicForm = {
      id,
      title: parsed.title,
      state: "open",
      access: "public",
      settings: {},
      full: false,
      turnstile: null,
      ...state,
      version: (this.#forms.get(id)?.version ?? 0) + 1,
      definition: parsed,
      compiled: compileDefinition(parsed),
    };
    this.#forms.set(id, form);
    return form;
  }

  loadForm = async (_ctx: MemoryContext, id: string): Promise<PublicForm> => {
    const form = this.remembered ?? this.#forms.get(id);
    this.remembered = undefined;
    if (!form) throw new AppError("not_found");
    return form;
  };

  admitVisitor = async (_ctx: MemoryContext, form: PublicForm, link: string | undefined): Promise<void> => {
    if (link !== undefined && link !== LINK) throw new AppError("link_refused", { detail: "This link was withdrawn." });
    if (form.access === "link" && link === undefined) throw new AppError("link_needed");
  };

  publicUrl = (): string | null => null;

  noteTrapped = (): void => {
    this.trapped += 1;
  };

  submitResponse = async (ctx: MemoryContext, input: PageResponse): Promise<PageOutcome> => {
    const form = await this.loadForm(ctx, input.form);
    await this.admitVisitor(ctx, form, input.link);
    const failure = this.failure;
    this.failure = undefined;
    if (failure) throw failure;
    const before = this.stored.find((one) => input.idempotencyKey !== undefined && one.key === input.idempotencyKey);
    const checked = checkAnswers(form.compiled, input.answers);
    if (before) {
      const same = checked.ok && JSON.stringify(checked.answers) === JSON.stringify(before.answers);
      if (!same) throw new AppError("idempotency_key_reused");
      return outcomeOf(before);
    }
    if (form.state === "closed") throw new AppError("form_closed");
    if (!checked.ok) throw new AppError("invalid_answers", { errors: checked.problems });
    const id = `r${String(this.stored.length + 1).padStart(7, "0")}`;
    const { version } = form;
    const { idempotencyKey: key, turnstileToken } = input;
    const flags = flagsOf(form, checked.answers);
    const about = { key, link: input.link, turnstileToken };
    const stored = { id, form: form.id, version, revision: 1, answers: checked.answers, flags, ...about };
    this.stored.push(stored);
    return outcomeOf(stored);
  };

  getCorrection = async (_ctx: MemoryContext, { correction }: CorrectionInput): Promise<Correction> => {
    const found = this.stored.find(({ id }) => correction === `c${id}`);
    if (!found) throw new AppError("link_refused", { detail: "This is not a link of this installation." });
    return { ...found, response: found.id, open: found.flags.length > 0 };
  };

  correctResponse = async (ctx: MemoryContext, input: CorrectInput): Promise<Correction> => {
    const found = await this.getCorrection(ctx, input);
    if (!found.open) throw new AppError("conflict");
    if (!input.precondition.includes(found.revision)) throw new AppError("stale_revision");
    const form = await this.loadForm(ctx, found.form);
    const checked = checkAnswers(form.compiled, mergePatch(found.answers, input.answers));
    if (!checked.ok) throw new AppError("invalid_answers", { errors: checked.problems });
    const flags = flagsOf(form, checked.answers);
    const at = this.stored.findIndex(({ id }) => id === found.response);
    const before = this.stored[at];
    if (before) this.stored[at] = { ...before, answers: checked.answers, flags, revision: before.revision + 1 };
    return this.getCorrection(ctx, input);
  };

  readInbox = async (_ctx: MemoryContext, { link, limit, cursor = "0" }: InboxInput): Promise<Inbox> => {
    if (link !== LINK) throw new AppError("link_refused", { detail: "This link was withdrawn." });
    const mine = this.stored.filter((one) => one.link === link && one.flags.length > 0);
    const end = Number(cursor) + limit;
    const items = mine.slice(Number(cursor), end).map(({ id, flags, answers }) => ({
      response: id,
      receivedAt: "2026-11-24T08:30:00.000Z",
      flags,
      answers,
      correction: { url: `https://formlog.example/corrections/c${id}` },
    }));
    return {
      form: mine[0]?.form ?? this.#forms.keys().next().value ?? "",
      flagged: mine.length,
      items,
      next: end < mine.length ? String(end) : null,
    };
  };

  countInbox = async (_ctx: MemoryContext, _form: PublicForm, link: string): Promise<number> =>
    this.stored.filter((one) => one.link === link && one.flags.length > 0).length;
}

type InboxInput = Parameters<InboxServices<MemoryContext>["readInbox"]>[1];

type CorrectInput = Parameters<CorrectionServices<MemoryContext>["correctResponse"]>[1];

const flagsOf = ({ compiled }: PublicForm, answers: Answers): Flag[] =>
  brokenRules(compiled.rules, answers).map(toFlag);

const outcomeOf = ({ id, flags }: Stored): PageOutcome =>
  flags.length > 0 ? { id, correction: { url: `https://formlog.example/corrections/c${id}` } } : { id };

/** The pages over these services, as an app of their own. */
export function createTestApp(services: MemoryForms): Hono<{ Variables: { ctx: MemoryContext } }> {
  const app = new Hono<{ Variables: { ctx: MemoryContext } }>();
  app.use(async (c, next) => {
    c.set("ctx", { name: "memory" });
    await next();
  });
  app.route("/", createFormPages<MemoryContext>(services));
  return app;
}

/** A question of a type, with its type as its ref. */
export const ask = (type: QuestionType, extra: object = {}) => ({
  ref: type,
  type,
  title: `Title of ${type}`,
  ...(CHOICE_TYPES.has(type) ? { choices: CHOICES } : {}),
  ...extra,
});
const CHOICES = [
  { id: "rice", label: "Rice" },
  { id: "maize", label: "Maize" },
];

/** Inputs by name; several values for one name are sent as browsers do. */
export type Fields = Record<string, string | string[]>;

/** Posts as a browser without script does. */
export function postFields(app: ReturnType<typeof createTestApp>, form: string, fields: Fields) {
  const body = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) for (const one of [value].flat()) body.append(name, one);
  return app.request(`/f/${form}`, { method: "POST", body });
}

/** The value of a hidden input of a rendered page. */
export const hidden = (page: string, name: string): string =>
  new RegExp(`name="${name}" value="([^"]*)"`).exec(page)?.[1] ?? "";
