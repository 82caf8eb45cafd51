/**
 * What is sent for a response: recipient and text, from the answers and the template. Pure; fixed at the first attempt.
 */
import * as z from "zod";
import type { Definition } from "../../core/form";
import type { Deps, Entry, Outcome, Preview } from "../../core/integration";
import { toE164 } from "../../core/phone";
import type { ResponseRecord } from "../../core/response";
import { compileTemplate } from "../../core/template";
import type { Config, Secrets } from "./manifest";
import { countSegments } from "./segments";

const ContentSchema = z.object({ to: z.string(), body: z.string() });
export type Content = z.infer<typeof ContentSchema>;

/** Twilio's limit of a body (error 21617). */
const BODY_MAX = 1_600;

const rejected = (reason: string): { outcome: Outcome } => ({ outcome: { type: "rejected", reason } });

/** The message of an entry, or why there will be none. No reason holds a number or a text. */
export function prepareMessage(
  { response }: Entry,
  deps: Deps<Config, Secrets>,
): { readonly content: Content } | { readonly outcome: Outcome } {
  const { config } = deps;
  if (response.erasedAt !== null) return { outcome: { type: "skipped", reason: "The response was erased." } };
  const answer = Object.hasOwn(response.answers, config.to) ? response.answers[config.to] : undefined;
  const typed = typeof answer === "string" ? answer.trim() : "";
  if (typed === "") return { outcome: { type: "skipped", reason: "The response has no phone number." } };
  const to = toE164(typed, config.defaultCountry);
  if (to === null) {
    const hint = config.defaultCountry ? "" : ", or set the integration's default country";
    return rejected(`The phone number is not valid. Correct the answer${hint}, then retry.`);
  }
  const rendered = render(response, deps);
  if ("detail" in rendered)
    return rejected(`The template does not fit the form any more. Correct it, then retry. ${rendered.detail}`);
  const { body } = rendered;
  if (body.trim() === "")
    return rejected("The message is empty: all that the template shows is missing in the answers.");
  if ([...body].length > BODY_MAX)
    return rejected("The message is longer than 1,600 characters. Shorten the template.");
  return { content: { to, body } };
}

type About = Pick<Deps<Config, Secrets>, "config" | "form">;

/** The text of a response, or what is wrong with the template. */
function render(response: ResponseRecord, { config, form }: About): { body: string } | { detail: string } {
  const known = allQuestions(form.definitions.values());
  const template = compileTemplate(config.body, known);
  if (!template.ok) return template;
  const extras = { response_id: response.id, form_title: form.title };
  return { body: template.render(response, form.definitions.get(response.version) ?? known, extras) };
}

/** The text that a response would get, and what it would be billed as. The config was checked: its template fits. */
export function previewMessage(response: ResponseRecord, about: About): Preview {
  const rendered = render(response, about);
  const text = "body" in rendered ? rendered.body : "";
  return { text, ...countSegments(text) };
}

/** The content that was fixed for an entry. Throws when there is none: the engine always passes it on. */
export const contentOf = (entry: Entry): Content => ContentSchema.parse(entry.content);

/** The content of a delivery's row; null: it has none (any more: the response was erased). */
export const readContent = (content: unknown): Content | null => ContentSchema.safeParse(content).data ?? null;

/**
 * Questions of every version at hand: a template may name one that came after the response, or went before it, and
 * shows nothing for it. The newest version goes first.
 */
function allQuestions(definitions: Iterable<Definition>): Definition {
  const [first, ...others] = [...definitions];
  const refs = new Set<string>();
  const questions = [first, ...others]
    .flatMap((definition) => definition?.questions ?? [])
    .filter(({ ref }) => !refs.has(ref) && refs.add(ref));
  return { title: first?.title ?? "", questions };
}
