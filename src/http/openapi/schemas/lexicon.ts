/** Lexicons as they are sent and answered. */
import * as z from "zod";
import {
  type LexiconEntry as Entry,
  LexiconEntrySchema,
  LexiconFileSchema,
  LexiconPatchSchema,
} from "../../../core/lexicon/entry";
import type { LexiconEntryView } from "../../../services/lexicon";
import type { LexiconImport } from "../../../services/lexicon-files";
import { body, listOf, Moment, view } from "../components";

const FIELDS = {
  term: "1 to 8 words, in any script.",
  language:
    "A language tag (BCP 47). It says how spellings are compared: those of Indian languages by their sound too.",
  city: "Where it is used; null: everywhere.",
  variants: "Other spellings. Those of other scripts are found by their sound, if they are not listed.",
};

const entry = {
  term: z.string(),
  language: z.string(),
  city: z.string().nullable(),
  variants: z.array(z.string()),
  meaning: z.string().nullable(),
  partOfSpeech: z.string().nullable(),
};

export const LexiconEntry = view<LexiconEntryView>()(
  "LexiconEntry",
  z.strictObject({ id: z.string(), ...entry, createdAt: Moment, updatedAt: Moment }),
  { fields: FIELDS },
);
export const LexiconList = listOf("LexiconList", LexiconEntry);

export const LexiconFile = view<{ readonly entries: Entry[] }>()(
  "LexiconFile",
  z.strictObject({ entries: z.array(z.strictObject(entry)) }),
);

export const ImportedLexicon = view<LexiconImport>()(
  "ImportedLexicon",
  z.strictObject({ created: z.int(), updated: z.int(), unchanged: z.int(), deleted: z.int() }),
);

body("NewLexiconEntry", LexiconEntrySchema, { fields: FIELDS });
body("LexiconEntryPatch", LexiconPatchSchema, { description: "What is left out stays.", fields: FIELDS });
body("NewLexiconFile", LexiconFileSchema, { description: "As `export.json` gives it." });
