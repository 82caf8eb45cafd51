/**
 * The slang kind: the terms of a lexicon by city, and words that one city uses more. README.md says how, and what it
 * costs.
 */
import { keepIndex } from "../../core/index-kind";
import { contributionOf } from "./contribution";
import { type Config, manifest } from "./manifest";
import { query } from "./query";
import { forgetTerms, writeTerms } from "./tables";

export const slang = keepIndex<Config>({
  manifest,
  contribution: contributionOf,
  write: writeTerms,
  query,
  forget: forgetTerms,
});
