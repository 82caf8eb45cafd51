import * as z from "zod";
import { LexiconEntrySchema, LexiconFileSchema, LexiconPatchSchema } from "../../core/lexicon/entry";
import { operations } from "../openapi/operation";
import { PageQuery } from "../openapi/parameters";
import { ImportedLexicon, LexiconEntry, LexiconFile, LexiconList } from "../openapi/schemas/lexicon";
import { LEXICON_CSV } from "./lexicon";

const all = "/v1/lexicon";
const example = {
  term: "jugaad",
  language: "hi",
  city: "Pune",
  variants: ["जुगाड़", "jugad"],
  meaning: "A clever makeshift",
  partOfSpeech: "noun",
};
const ListQuery = PageQuery.extend({
  term: z.string().optional().describe("What terms begin with; case and marks do not matter."),
  language: z.string().optional().describe("A language tag (BCP 47), as `hi` or `hi-Latn`."),
  city: z.string().optional().describe("Entries of this city; empty: those for everywhere."),
});
const ImportQuery = z.strictObject({
  others: z.enum(["keep", "delete"]).optional().describe("What becomes of entries that the file does not have."),
});
const IMPORT =
  "Entries are told apart by term, language and city: those that are there are changed, so a file may be sent again. All of it is taken, or nothing.";
const FILE = { headers: ["Content-Disposition"] } as const;

export const lexiconOperations = operations(
  {
    method: "get",
    path: all,
    operationId: "listLexicon",
    summary: "List the lexicon",
    tag: "Lexicon",
    scope: "forms:read",
    query: ListQuery,
    answers: { 200: { description: "In the order of the terms.", schema: LexiconList } },
  },
  {
    method: "post",
    path: all,
    operationId: "createLexiconEntry",
    summary: "Add a term",
    tag: "Lexicon",
    scope: "integrations:write",
    body: LexiconEntrySchema,
    example,
    answers: { 201: { description: "It is added.", schema: LexiconEntry, headers: ["Location"] } },
    problems: ["conflict"],
  },
  {
    method: "post",
    path: `${all}/import.json`,
    operationId: "importLexiconJson",
    summary: "Import terms from JSON",
    description: IMPORT,
    tag: "Lexicon",
    scope: "integrations:write",
    query: ImportQuery,
    body: LexiconFileSchema,
    example: { entries: [example] },
    answers: { 200: { description: "What it changed.", schema: ImportedLexicon } },
    problems: ["conflict"],
  },
  {
    method: "post",
    path: `${all}/import.csv`,
    operationId: "importLexiconCsv",
    summary: "Import terms from CSV",
    description: `The first line names the columns: term, language, city, variants (with ; between them), meaning, partOfSpeech. ${IMPORT}`,
    tag: "Lexicon",
    scope: "integrations:write",
    query: ImportQuery,
    rawBody: "text/csv",
    example: "term,language,city,variants\njugaad,hi,Pune,जुगाड़; jugad\n",
    answers: { 200: { description: "What it changed.", schema: ImportedLexicon } },
    problems: ["conflict", "unsupported_media_type", "invalid_request"],
  },
  {
    method: "get",
    path: `${all}/export.json`,
    operationId: "exportLexiconJson",
    summary: "Export the lexicon as JSON",
    tag: "Lexicon",
    scope: "forms:read",
    answers: { 200: { description: "As `import.json` takes it.", schema: LexiconFile, ...FILE } },
  },
  {
    method: "get",
    path: `${all}/export.csv`,
    operationId: "exportLexiconCsv",
    summary: "Export the lexicon as CSV",
    tag: "Lexicon",
    scope: "forms:read",
    answers: { 200: { description: "As `import.csv` takes it.", type: LEXICON_CSV, ...FILE } },
  },
  {
    method: "get",
    path: `${all}/{entry}`,
    operationId: "getLexiconEntry",
    summary: "Read a term",
    tag: "Lexicon",
    scope: "forms:read",
    answers: { 200: { description: "The entry.", schema: LexiconEntry } },
  },
  {
    method: "patch",
    path: `${all}/{entry}`,
    operationId: "updateLexiconEntry",
    summary: "Change a term",
    tag: "Lexicon",
    scope: "integrations:write",
    body: LexiconPatchSchema,
    example: { meaning: "A clever makeshift" },
    answers: { 200: { description: "The entry as it is now.", schema: LexiconEntry } },
    problems: ["conflict"],
  },
  {
    method: "delete",
    path: `${all}/{entry}`,
    operationId: "deleteLexiconEntry",
    summary: "Delete a term",
    tag: "Lexicon",
    scope: "integrations:write",
    answers: { 204: { description: "It is deleted." } },
    problems: ["conflict"],
  },
);
