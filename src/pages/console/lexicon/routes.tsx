/**
 * /console/lexicon: the terms of a workspace, by language and city; added, changed, taken out, imported and exported.
 */
import { type Context, Hono } from "hono";
import type { AppError } from "../../../core/errors";
import { attachment } from "../../../core/export/file-name";
import { LexiconEntrySchema } from "../../../core/lexicon/entry";
import { checkWith } from "../../../services/check";
import * as lexicon from "../../../services/lexicon";
import * as files from "../../../services/lexicon-files";
import { attempt } from "../../../services/store-failure";
import type { ConsoleEnv } from "../env";
import { may } from "../guard";
import { LEXICON, lexiconPath, ownPath } from "../paths";
import { act, show, statusOf } from "../show";
import { counted } from "../words";
import { DeleteEntryPage } from "./delete";
import { EntryPage } from "./entry";
import { FIELDS, sentEntry } from "./fields";
import { ImportPage, inLines } from "./import";
import { filterIn, LexiconPage } from "./list";

const PAGE = 50;

type ConsoleContext = Context<ConsoleEnv>;

const asked = (c: ConsoleContext) => [c.get("ctx"), c.get("key").workspace] as const;
const read = may("forms:read");
const change = may("integrations:write");

export const lexiconPages = new Hono<ConsoleEnv>()
  .get("/lexicon", read, async (c) => {
    const query = new URL(c.req.url).searchParams;
    const cursor = query.get("cursor");
    const found = await attempt(async () => {
      const filter = lexicon.readFilter(filterIn(query));
      return lexicon.listEntries(...asked(c), { ...filter, limit: PAGE, ...(cursor !== null && { cursor }) });
    });
    if ("items" in found) return show(c, <LexiconPage query={query} page={found} />);
    return show(c, <LexiconPage query={query} page={null} error={found} />, statusOf(c, found));
  })
  .get("/lexicon/export.json", read, async (c) =>
    c.json({ entries: await files.exportLexicon(...asked(c)) }, 200, {
      "content-disposition": attachment("lexicon", "json"),
    }),
  )
  .get("/lexicon/export.csv", read, async (c) =>
    c.body(await files.exportLexiconCsv(...asked(c)), 200, {
      "content-type": "text/csv; charset=utf-8",
      "content-disposition": attachment("lexicon", "csv"),
    }),
  )
  .get("/lexicon/new", change, (c) => showNew(c))
  .post("/lexicon/new", change, (c) =>
    act(c, {
      run: async () => {
        const { term } = await lexicon.createEntry(
          ...asked(c),
          checkWith(LexiconEntrySchema, sentEntry(c.get("sent"))),
        );
        const back = c.get("sent").get("back");
        return { path: back ? ownPath(back) : LEXICON, done: `“${term}” is in the lexicon. ${AFTER}` };
      },
      refused: (error) => showNew(c, error),
    }),
  )
  .get("/lexicon/import", change, (c) => show(c, <ImportPage />))
  .post("/lexicon/import", change, (c) =>
    act(c, {
      run: async () => {
        const sent = c.get("sent");
        const entries = files.readLexiconFile(sent.get("file") ?? "");
        const others = sent.get("others") === "delete" ? "delete" : "keep";
        const { created, updated, unchanged, deleted } = await files.importLexicon(...asked(c), { entries, others });
        const gone = deleted > 0 ? `, ${deleted} deleted` : "";
        const told = `${counted(created, "entry", "entries")} added, ${updated} changed, ${unchanged} as they were${gone}.`;
        return { path: LEXICON, done: `${told} ${AFTER}` };
      },
      refused: (error) => show(c, <ImportPage error={inLines(error)} />, statusOf(c, error)),
    }),
  )
  .get("/lexicon/:entry", change, (c) => showEntry(c))
  .post("/lexicon/:entry", change, (c) =>
    act(c, {
      run: async () => {
        const patch = checkWith(LexiconEntrySchema, sentEntry(c.get("sent")));
        const { term } = await lexicon.updateEntry(...asked(c), { id: c.req.param("entry"), patch });
        return { path: LEXICON, done: `“${term}” is saved. ${AFTER}` };
      },
      refused: (error) => showEntry(c, error),
    }),
  )
  .get("/lexicon/:entry/delete", change, (c) => showDeletion(c))
  .post("/lexicon/:entry/delete", change, (c) =>
    act(c, {
      run: async () => {
        await lexicon.deleteEntry(...asked(c), c.req.param("entry"));
        return { path: LEXICON, done: `The entry is deleted. ${AFTER}` };
      },
      refused: (error) => showDeletion(c, error),
    }),
  );

const AFTER = "New responses are looked through with it; to old ones it is applied on the slang page of their form.";

/** An empty entry, or one that the address begins. */
function showNew(c: ConsoleContext, error?: AppError) {
  const query = new URL(c.req.url).searchParams;
  const sent = c.get("sent");
  const values = Object.fromEntries(FIELDS.map((name) => [name, (sent ?? query).get(name) ?? ""]));
  const back = (sent ?? query).get("back");
  const props = { id: null, values, back: back === null ? null : ownPath(back), error };
  return show(c, <EntryPage {...props} />, error ? statusOf(c, error) : 200);
}

async function showEntry(c: ConsoleContext, error?: AppError) {
  const id = c.req.param("entry") ?? "";
  const entry = await lexicon.getEntry(...asked(c), id);
  const sent = error && c.get("sent");
  const kept = { ...entry, variants: entry.variants.join("\n") };
  const values = Object.fromEntries(FIELDS.map((name) => [name, sent?.get(name) ?? kept[name] ?? ""]));
  return show(c, <EntryPage id={id} values={values} back={null} error={error} />, error ? statusOf(c, error) : 200);
}

async function showDeletion(c: ConsoleContext, error?: AppError) {
  const entry = await lexicon.getEntry(...asked(c), c.req.param("entry") ?? "");
  const action = lexiconPath(entry.id, "delete");
  return show(c, <DeleteEntryPage entry={entry} action={action} error={error} />, error ? statusOf(c, error) : 200);
}
