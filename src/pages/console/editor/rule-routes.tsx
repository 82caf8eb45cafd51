/** /console/forms/{form}/edit/rules: a rule, tried on samples and kept. */
import { Hono } from "hono";
import { asDraft, indexOf, itemOf, keysOf } from "../../../core/draft/draft";
import { itemsOf } from "../../../core/draft/json";
import { removeRule } from "../../../core/draft/rules";
import type { AppError } from "../../../core/errors";
import { hasScope } from "../../../services/access";
import { browseResponses } from "../../../services/browse-responses";
import type { WorkingCopy } from "../../../services/working-copy";
import { groupEntries, readAnswers } from "../../form/read";
import type { ConsoleEnv } from "../env";
import { may } from "../guard";
import { show, statusOf } from "../show";
import { type Changing, type ConsoleContext, copyOf, draftOf, edit, overtaken, tried, usableOf } from "./edit";
import { inputsOf } from "./inputs";
import { judgeSamples, namedBy } from "./judged";
import { askFirst, isSure, missing } from "./more-routes";
import { editPath, rulePath } from "./paths";
import { RulePage } from "./rule";
import { applyRule, NEW_RULE, ruleFields } from "./rule-fields";

const write = may("forms:write");
/** Responses that a rule is tried on. */
const SAMPLES = 20;

export const rulePages = new Hono<ConsoleEnv>()
  .get("/forms/:form/edit/rules/:rule", write, (c) => showRule(c))
  .post("/forms/:form/edit/rules/:rule", write, (c) => {
    const { form, rule: key } = c.req.param();
    const sent = c.get("sent");
    const deed = sent.get("do") ?? "save";
    const change: Changing = (draft, copy) =>
      deed === "remove"
        ? { draft: removeRule(draft, key) }
        : applyRule(draft, key, sent, usableOf({ ...copy, definition: draft }));
    if (deed === "check") return showRule(c, { change });
    if (deed === "remove" && !isSure(c))
      return askFirst(c, `the rule ${key}`, "It goes from the draft, with its messages in all languages.");
    const path = (now: string) => (deed === "remove" ? editPath(form) : rulePath(form, now || key));
    const done = deed === "remove" ? "The rule is removed." : "Saved.";
    return edit(c, { change, path, done, refused: (error) => showRule(c, { error }) });
  });

async function showRule(c: ConsoleContext, { change, error }: { change?: Changing; error?: AppError } = {}) {
  const stored = await copyOf(c);
  const called = c.req.param("rule") ?? "";
  const before = asDraft(stored.definition) ?? {};
  const rule = itemOf(before, "rules", called);
  if (rule === undefined && called !== NEW_RULE) throw missing("rule");
  const sent = change || error ? c.get("sent") : undefined;
  const copy = change ? tried(stored, change) : stored;
  const draft = draftOf(copy.definition);
  const at = rule === undefined ? itemsOf(before.rules).length : indexOf(before, "rules", called);
  const definition = usableOf(copy);
  const fields = ruleFields(rule, usableOf(stored));
  const key = keysOf(draft, "rules")[at] ?? called;
  const responses = await samplesOf(c, copy);
  const chosen = responses?.find(({ id }) => id === sent?.get("sample"));
  const typed = readAnswers(definition, groupEntries(sent ?? []));
  const judged =
    change && judgeSamples(definition, key, { typed, response: chosen?.answers, responses: responses ?? [] });
  const props = {
    copy,
    form: copy.form.id,
    definition,
    rule,
    called,
    at,
    inputs: inputsOf(fields, sent),
    stored: error && sent ? overtaken(fields, sent, error) : [],
    checked: change !== undefined,
    error,
    responses,
    named: namedBy(definition, draft, key),
    ...(judged && { judged }),
  };
  return show(c, <RulePage {...props} />, error ? statusOf(c, error) : 200);
}

/** The newest responses, if there are some and they may be read; null: they may not. */
async function samplesOf(c: ConsoleContext, { form }: WorkingCopy) {
  if (!hasScope(c.get("key"), "responses:read")) return null;
  if (form.version === 0) return [];
  const { items } = await browseResponses(c.get("ctx"), c.get("key").workspace, {
    form: form.id,
    filters: [],
    metadata: [],
    limit: SAMPLES,
  });
  return items;
}
