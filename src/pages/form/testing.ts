/**
 * The services of the hosted form in memory, for the tests of these pages: they keep the promises that the pages rely on
 * (answers are checked by the real interpreter, a key stores once), without a database. Not part of the product.
 */
import { Hono } from "hono";
import { checkAnswers, compileDefinition } from "../../core/answer";
import { AppError } from "../../core/errors";
import { CHOICE_TYPES, type Definition, DefinitionSchema, type QuestionType } from "../../core/form";
import type { Answers } from "../../core/response";
import { createFormPages } from "./routes";
import type { PageResponse, PublicForm } from "./services";

export interface Stored {
  readonly id: string;
  readonly form: string;
  readonly version: number;
  readonly answers: Answers;
  readonly key: string | undefined;
}

/** One context, because the pages only pass it on. */
export interface MemoryContext {
  readonly name: "memory";
}

export class MemoryForms {
  readonly stored: Stored[] = [];
  /** The next submission fails with this, once. */
  failure: Error | undefined;
  /** What the next load gives: a version that an isolate remembers after another was published. */
  remembered: PublicForm | undefined;
  readonly #forms = new Map<string, PublicForm>();

  /** Publishes a definition: the first version of a form, or its next. */
  publish(id: string, definition: unknown, state: Partial<Pick<PublicForm, "state" | "access">> = {}): PublicForm {
    const parsed: Definition = DefinitionSchema.parse(definition);
    const form: PublicForm = {
      id,
      title: parsed.title,
      state: "open",
      access: "public",
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

  submitResponse = async (ctx: MemoryContext, input: PageResponse): Promise<{ id: string }> => {
    const form = await this.loadForm(ctx, input.form);
    const failure = this.failure;
    this.failure = undefined;
    if (failure) throw failure;
    const before = this.stored.find((one) => input.idempotencyKey !== undefined && one.key === input.idempotencyKey);
    const checked = checkAnswers(form.compiled, input.answers);
    if (before) {
      const same = checked.ok && JSON.stringify(checked.answers) === JSON.stringify(before.answers);
      if (!same) throw new AppError("idempotency_key_reused");
      return { id: before.id };
    }
    if (form.state === "closed") throw new AppError("form_closed");
    if (!checked.ok) throw new AppError("invalid_answers", { errors: checked.problems });
    const id = `r${String(this.stored.length + 1).padStart(7, "0")}`;
    const { version } = form;
    this.stored.push({ id, form: form.id, version, answers: checked.answers, key: input.idempotencyKey });
    return { id };
  };
}

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
