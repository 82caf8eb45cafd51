/** /v1/lexicon: the terms of a workspace, by language and city, one by one and as files. */
import { Hono, type Context as HonoContext } from "hono";
import type { AppEnv } from "../../context";
import { AppError } from "../../core/errors";
import { attachment } from "../../core/export/file-name";
import { LexiconEntrySchema, LexiconFileSchema, LexiconPatchSchema } from "../../core/lexicon/entry";
import { checkWith } from "../../services/check";
import * as lexicon from "../../services/lexicon";
import * as files from "../../services/lexicon-files";
import { withKey } from "../auth";
import { readJson, readText } from "../body";
import { pageOf } from "../list";

/** Bytes of a file: ten thousand entries with their meanings. */
export const LEXICON_BYTES_MAX = 4 * 1024 * 1024;
const CSV = "text/csv";
export const LEXICON_CSV = `${CSV}; charset=utf-8`;

const refuse = (detail: string) => new AppError("invalid_parameter", { detail });

function othersOf(c: HonoContext): "keep" | "delete" {
  const others = c.req.query("others") ?? "keep";
  if (others === "keep" || others === "delete") return others;
  throw refuse("`others` is keep or delete: what becomes of entries that the file does not have.");
}

const read = withKey("forms:read");
const write = withKey("integrations:write");

export const lexiconRoutes = new Hono<AppEnv>()
  .get("/lexicon", read, async (c) => {
    const page = { ...lexicon.readFilter(c.req.query()), ...pageOf(c) };
    return c.json(await lexicon.listEntries(c.get("ctx"), c.get("key").workspace, page));
  })
  .post("/lexicon", write, async (c) => {
    const entry = checkWith(LexiconEntrySchema, await readJson(c));
    const made = await lexicon.createEntry(c.get("ctx"), c.get("key").workspace, entry);
    return c.json(made, 201, { location: `/v1/lexicon/${made.id}` });
  })
  .post("/lexicon/import.json", write, async (c) => {
    const others = othersOf(c);
    const { entries } = checkWith(LexiconFileSchema, await readJson(c, LEXICON_BYTES_MAX));
    return c.json(await files.importLexicon(c.get("ctx"), c.get("key").workspace, { entries, others }));
  })
  .post("/lexicon/import.csv", write, async (c) => {
    const others = othersOf(c);
    const entries = files.readEntries(await readText(c, CSV, LEXICON_BYTES_MAX));
    return c.json(await files.importLexicon(c.get("ctx"), c.get("key").workspace, { entries, others }));
  })
  .get("/lexicon/export.json", read, async (c) =>
    c.json({ entries: await files.exportLexicon(c.get("ctx"), c.get("key").workspace) }, 200, {
      "content-disposition": attachment("lexicon", "json"),
    }),
  )
  .get("/lexicon/export.csv", read, async (c) =>
    c.body(await files.exportLexiconCsv(c.get("ctx"), c.get("key").workspace), 200, {
      "content-type": LEXICON_CSV,
      "content-disposition": attachment("lexicon", "csv"),
    }),
  )
  .get("/lexicon/:entry", read, async (c) =>
    c.json(await lexicon.getEntry(c.get("ctx"), c.get("key").workspace, c.req.param("entry"))),
  )
  .patch("/lexicon/:entry", write, async (c) => {
    const input = { id: c.req.param("entry"), patch: checkWith(LexiconPatchSchema, await readJson(c)) };
    return c.json(await lexicon.updateEntry(c.get("ctx"), c.get("key").workspace, input));
  })
  .delete("/lexicon/:entry", write, async (c) => {
    await lexicon.deleteEntry(c.get("ctx"), c.get("key").workspace, c.req.param("entry"));
    return c.body(null, 204);
  });
