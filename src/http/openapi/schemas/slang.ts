/** Slang in the document. */
import * as z from "zod";
import type { SlangCity, SlangTerm, SlangWord } from "../../../core/slang";
import type { SlangDiscoveryPage, SlangPage } from "../../../services/slang";
import { view } from "../components";
import { Found, State } from "./indexes";

const count = () => z.int().min(0);
const CITY = {
  city: z.string().nullable().describe("The id of a choice, or the name that was typed, folded; null: none was given."),
  label: z.string().nullable(),
};

const City = view<SlangCity>()(
  "SlangCity",
  z.strictObject({
    ...CITY,
    responses: count().describe("Responses with a text."),
    used: count().describe("Those of them that have the term; without `term`, any term."),
  }),
);

const Term = view<SlangTerm>()(
  "SlangTerm",
  z.strictObject({
    term: z.string().describe("As the lexicon writes it."),
    languages: z.array(z.string()).describe("Of its entries; none: it is not in the lexicon any more."),
    responses: count(),
  }),
);

const Word = view<SlangWord>()(
  "SlangWord",
  z.strictObject({
    word: z.string().describe("Without case and marks."),
    logOdds: z.number().describe("Log of its odds here over its odds elsewhere, drawn towards 0 by the prior."),
    z: z.number().describe("The same in standard deviations."),
    here: count().describe("Responses of the city that have it."),
    elsewhere: count(),
    term: z.string().nullable().describe("The term of the lexicon that it is or sounds like; null: there is none."),
  }),
);

export const SlangAnswer = view<SlangPage>()(
  "Slang",
  z.strictObject({
    responses: count().describe("Responses with a text, of the city where one is asked for."),
    used: count(),
    cities: z.array(City).describe("A hundred at most, those where most responses have it first."),
    terms: z.array(Term).describe("A page of those that most responses have; with `term`, that one."),
    items: z.array(Found).describe("With `term`: a page of the responses that have it, newest first."),
    next: z.string().nullable().describe("The `cursor` of the next page; null: this is the last one."),
    lexicon: z.strictObject({
      revision: count().describe("Grows with each change of the lexicon."),
      outdated: count().describe("Responses that were looked through with an earlier revision: a replay looks again."),
    }),
    index: State,
  }),
);

export const SlangDiscoveryAnswer = view<SlangDiscoveryPage>()(
  "SlangDiscovery",
  z.strictObject({
    ...CITY,
    compared: z
      .strictObject({ here: count(), elsewhere: count() })
      .describe("Words that were compared; each counts once a response."),
    items: z.array(Word),
    index: State,
  }),
);
