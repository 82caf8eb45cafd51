/** /console/forms/{form}/edit: the form editor. Each change is sent as a form, and kept in the draft. */
import { type Context, Hono } from "hono";
import { asDraft, indexOf, itemOf } from "../../../core/draft/draft";
import { applyFields } from "../../../core/draft/fields";
import { memberOf, objectOf, withMember, withValueAt } from "../../../core/draft/json";
import { addQuestion, duplicateQuestion, moveQuestion, removeQuestion } from "../../../core/draft/questions";
import { AppError } from "../../../core/errors";
import { QUESTION_TYPES } from "../../../core/form";
import { LanguageSchema } from "../../../core/translation-schema";
import { refuseBody } from "../../../services/refuse-body";
import type { ConsoleEnv } from "../env";
import { may } from "../guard";
import { show, statusOf } from "../show";
import { type Changing, type ConsoleContext, copyOf, draftOf, edit, overtaken, tried, usableOf } from "./edit";
import { inputsOf } from "./inputs";
import { OutlinePage, TEXTS } from "./outline";
import { atQuestion, editPath, languagePath, listPath, questionPath } from "./paths";
import { RemovePage } from "./publish";
import { QuestionPage } from "./question";
import { applyQuestion, questionFields } from "./question-fields";

const write = may("forms:write");
const question = "/forms/:form/edit/questions/:question";

export const questionPages = new Hono<ConsoleEnv>()
  .get("/forms/:form/edit", write, (c) => showOutline(c))
  .post("/forms/:form/edit", write, (c) => {
    const [deed = "", key = ""] = (c.get("sent").get("do") ?? "").split(" ");
    const { form } = c.req.param();
    const to = (path: (key: string) => string, done: string, change: Changing) =>
      edit(c, { change, path, done, refused: (error) => showOutline(c, error) });
    switch (deed) {
      case "add":
        return to((made) => questionPath(form, made), "The question is added.", adding(c));
      case "texts":
        return to(
          () => editPath(form),
          "Saved.",
          (draft) => ({ draft: applyFields(draft, TEXTS, c.get("sent")) }),
        );
      case "language":
        return to((tag) => languagePath(form, tag), "The language is added.", addingLanguage(c));
      case "list":
        return to((name) => listPath(form, name), "The list is added.", addingList(c));
      case "duplicate":
        return to(
          (made) => atQuestion(form, made),
          "The question is duplicated.",
          (draft, { types }) => duplicateQuestion(draft, key, types.keys()),
        );
      case "up":
      case "down":
        return to(
          () => atQuestion(form, key, deed),
          "Moved.",
          (draft) => ({ draft: moveQuestion(draft, key, deed === "up" ? -1 : 1) }),
        );
      default:
        return to(
          () => editPath(form),
          "Nothing was changed.",
          (draft) => ({ draft }),
        );
    }
  })
  .get(question, write, (c) => showQuestion(c))
  .get(`${question}/remove`, write, async (c) => {
    const copy = await copyOf(c);
    const found = findItem(c, copy.definition);
    return show(c, <RemovePage copy={copy} called={c.req.param("question")} question={found} />);
  })
  .post(question, write, async (c) => {
    const sent = c.get("sent");
    const { form, question: key } = c.req.param();
    const deed = sent.get("do") ?? "save";
    const change: Changing = (draft, copy) => {
      findItem(c, draft);
      return deed === "remove"
        ? { draft: removeQuestion(draft, key) }
        : applyQuestion(draft, key, sent, usableOf({ ...copy, definition: draft }));
    };
    if (deed === "check") return showQuestion(c, { change });
    const path = (now: string) => (deed === "remove" ? editPath(form) : questionPath(form, now || key));
    const done = deed === "remove" ? "The question is removed." : "Saved.";
    return edit(c, { change, path, done, refused: (error) => showQuestion(c, { error }) });
  });

/** The item of the address. Throws `not_found`. */
function findItem(c: Context, definition: unknown): unknown {
  const found = itemOf(draftOf(definition), "questions", c.req.param("question") ?? "");
  if (found === undefined) throw new AppError("not_found", { detail: "This form has no such question (any more)." });
  return found;
}

const wrong = (pointer: string, detail: string) => refuseBody([{ pointer, code: "custom", detail }]);

const adding =
  (c: ConsoleContext): Changing =>
  (draft, { types }) => {
    const sent = c.get("sent");
    const title = (sent.get("question") ?? "").trim();
    const type = QUESTION_TYPES.find((one) => one === sent.get("type")) ?? "short_text";
    if (title === "") throw wrong("/title", "Give the question a title.");
    return addQuestion(draft, { title, type }, types.keys());
  };

const addingLanguage =
  (c: ConsoleContext): Changing =>
  (draft) => {
    const parsed = LanguageSchema.safeParse((c.get("sent").get("tag") ?? "").trim());
    if (!parsed.success) throw wrong("/translations", parsed.error.issues[0]?.message ?? "");
    const has = memberOf(draft.translations, parsed.data) !== undefined;
    return {
      draft: has ? draft : withMember(draft, "translations", withMember(objectOf(draft.translations), parsed.data, {})),
      key: parsed.data,
    };
  };

const addingList =
  (c: ConsoleContext): Changing =>
  (draft) => {
    const name = (c.get("sent").get("list") ?? "").trim();
    if (!/^[A-Za-z]\w{0,63}$/.test(name)) throw wrong("/choiceLists", "A name has letters, digits and _, at most 64.");
    const has = memberOf(draft.choiceLists, name) !== undefined;
    return { draft: has ? draft : withValueAt(draft, ["choiceLists", name], []), key: name };
  };

async function showOutline(c: ConsoleContext, error?: AppError) {
  const copy = await copyOf(c);
  const sent = error && c.get("sent");
  const { at, by = "" } = c.req.query();
  const draft = asDraft(copy.definition);
  // A draft that is no form at all has its JSON page.
  if (draft === null) return c.redirect(editPath(copy.form.id, "json"), 303);
  const props = { copy, draft, now: c.get("ctx").now(), at, by, error, ...(sent && { sent }) };
  return show(c, <OutlinePage {...props} />, error ? statusOf(c, error) : 200);
}

async function showQuestion(c: ConsoleContext, { change, error }: { change?: Changing; error?: AppError } = {}) {
  const stored = await copyOf(c);
  const key = c.req.param("question") ?? "";
  const sent = change || error ? c.get("sent") : undefined;
  const fields = questionFields(findItem(c, stored.definition), usableOf(stored));
  const copy = change ? tried(stored, change) : stored;
  const draft = draftOf(copy.definition);
  const at = indexOf(draftOf(stored.definition), "questions", key);
  const props = {
    copy,
    definition: usableOf(copy),
    question: itemOf(draft, "questions", key) ?? findItem(c, stored.definition),
    called: key,
    at,
    inputs: inputsOf(fields, sent),
    stored: error && sent ? overtaken(fields, sent, error) : [],
    checked: change !== undefined,
    error,
  };
  return show(c, <QuestionPage {...props} />, error ? statusOf(c, error) : 200);
}
