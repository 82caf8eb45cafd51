/** /console/forms/{form}/edit/…: languages, lists of choices, and the definition as JSON. */
import { Hono } from "hono";
import { itemsOf, memberOf, objectOf, withMember } from "../../../core/draft/json";
import { applyTexts, nameOfPath, textsOf } from "../../../core/draft/texts";
import { AppError } from "../../../core/errors";
import { changeWorkingCopy, problemsOf } from "../../../services/working-copy";
import type { ConsoleEnv } from "../env";
import { may } from "../guard";
import { act, show, statusOf } from "../show";
import { type Changing, type ConsoleContext, copyOf, draftOf, edit, revisionOf, toOutline } from "./edit";
import { inputsOf } from "./inputs";
import { JsonPage } from "./json";
import { LanguagePage } from "./language";
import { ListPage } from "./list-page";
import { languageName } from "./outline-parts";
import { editPath, languagePath, listPath } from "./paths";
import { SurePage } from "./publish";
import { applyList, choiceFields } from "./question-fields";

const write = may("forms:write");

export const definitionPages = new Hono<ConsoleEnv>()
  .get("/forms/:form/edit/languages/:language", write, (c) => showLanguage(c))
  .post("/forms/:form/edit/languages/:language", write, (c) => {
    const { form, language } = c.req.param();
    const sent = c.get("sent");
    const removes = sent.get("do") === "remove";
    const change: Changing = (draft) => ({
      draft: removes
        ? withMember(draft, "translations", orNone(withMember(objectOf(draft.translations), language, undefined)))
        : applyTexts(draft, language, sent),
    });
    if (removes && !isSure(c))
      return askFirst(c, `the language ${languageName(language)}`, "All its texts go from the draft.");
    const path = removes ? toOutline(c) : () => languagePath(form, language);
    const done = removes ? "The language is removed." : "Saved.";
    return edit(c, { change, path, done, refused: (error) => showLanguage(c, error) });
  })
  .get("/forms/:form/edit/lists/:list", write, (c) => showList(c))
  .post("/forms/:form/edit/lists/:list", write, (c) => {
    const { form, list } = c.req.param();
    const sent = c.get("sent");
    const removes = sent.get("do") === "remove";
    const change: Changing = (draft) => ({
      draft: removes
        ? withMember(draft, "choiceLists", orNone(withMember(objectOf(draft.choiceLists), list, undefined)))
        : applyList(draft, list, sent),
    });
    const path = removes ? toOutline(c) : () => listPath(form, list);
    return edit(c, { change, path, done: "Saved.", refused: (error) => showList(c, error) });
  })
  .get("/forms/:form/edit/json", write, (c) => showJson(c))
  .post("/forms/:form/edit/json", write, (c) => {
    const { form } = c.req.param();
    if (c.get("sent").get("do") === "check") return showJson(c, { checks: true });
    return act(c, {
      run: async () => {
        const definition = readJson(c);
        // Saved as it was shown, it makes no draft of what is published.
        const change = (before: unknown) =>
          JSON.stringify(before) === JSON.stringify(definition) ? before : definition;
        await changeWorkingCopy(c.get("ctx"), c.get("key").workspace, { form, revision: revisionOf(c), change });
        return { path: editPath(form, "json"), done: "The draft is saved." };
      },
      refused: (error) => showJson(c, { error }),
    });
  })
  .get("/forms/:form/edit/definition.json", write, async (c) => {
    const { definition, form } = await copyOf(c);
    c.header("Cache-Control", "no-store");
    c.header("Content-Disposition", `attachment; filename="${form.id}.json"`);
    return c.body(`${JSON.stringify(definition, null, 2)}\n`, 200, {
      "content-type": "application/json; charset=utf-8",
    });
  });

const orNone = (object: Readonly<Record<string, unknown>>) => (Object.keys(object).length === 0 ? undefined : object);

export const isSure = (c: ConsoleContext) => c.get("sent").get("sure") === "yes";

/** The page before something is removed. */
export async function askFirst(c: ConsoleContext, what: string, text: string) {
  return show(
    c,
    <SurePage copy={{ ...(await copyOf(c)), revision: revisionOf(c) }} what={what} action={c.req.path}>
      {text}
    </SurePage>,
  );
}

/** What was typed as JSON. Throws `malformed_json` with the place, as the engine tells it. */
function readJson(c: ConsoleContext): unknown {
  try {
    return JSON.parse(c.get("sent").get("json") ?? "");
  } catch (error) {
    throw new AppError("malformed_json", { detail: error instanceof SyntaxError ? `${error.message}.` : "" });
  }
}

async function showJson(c: ConsoleContext, { checks = false, error }: { checks?: boolean; error?: AppError } = {}) {
  const copy = await copyOf(c);
  const sent = checks || error ? c.get("sent").get("json") : null;
  const text = sent ?? JSON.stringify(copy.definition, null, 2);
  if (!checks) return show(c, <JsonPage copy={copy} text={text} error={error} />, error ? statusOf(c, error) : 200);
  try {
    return show(c, <JsonPage copy={copy} text={text} found={problemsOf(readJson(c), copy.types)} />);
  } catch (bad) {
    if (!(bad instanceof AppError)) throw bad;
    const found = [{ pointer: "", code: bad.code, detail: bad.details.detail || bad.title }];
    return show(c, <JsonPage copy={copy} text={text} found={found} />);
  }
}

export const missing = (what: string) =>
  new AppError("not_found", { detail: `This form has no such ${what} (any more).` });

async function showLanguage(c: ConsoleContext, error?: AppError) {
  const copy = await copyOf(c);
  const draft = draftOf(copy.definition);
  const tag = c.req.param("language") ?? "";
  if (memberOf(draft.translations, tag) === undefined) throw missing("language");
  const texts = textsOf(draft, tag);
  const fields = Object.fromEntries(texts.map(({ path, translation }) => [nameOfPath(path), translation]));
  const inputs = inputsOf(fields, error && c.get("sent"));
  return show(
    c,
    <LanguagePage copy={copy} tag={tag} texts={texts} inputs={inputs} error={error} />,
    error ? statusOf(c, error) : 200,
  );
}

async function showList(c: ConsoleContext, error?: AppError) {
  const copy = await copyOf(c);
  const draft = draftOf(copy.definition);
  const name = c.req.param("list") ?? "";
  const list = memberOf(draft.choiceLists, name);
  if (list === undefined) throw missing("list");
  const inputs = inputsOf(choiceFields(itemsOf(list)), error && c.get("sent"));
  return show(
    c,
    <ListPage copy={copy} draft={draft} name={name} inputs={inputs} error={error} />,
    error ? statusOf(c, error) : 200,
  );
}
