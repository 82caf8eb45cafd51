/** The parameters of paths, and those of the query that several operations have. */
import * as z from "zod";
import { listKinds } from "../../services/kinds";
import { LIMIT, LIMIT_MAX } from "../list";

/** What each name in braces means. */
export const PATH_PARAMETERS: Readonly<Record<string, string>> = {
  form: "Id of a form.",
  version: "Number of a version, from 1.",
  response: "Id of a response.",
  correction: "The text of a correction link: the last part of its address.",
  inbox: "The text of a collector link: the value of `link` in its address.",
  shard: "Its number, from 0.",
  letter: "Id of a dead letter.",
  receipt: "The receipt of a 202.",
  integration: "Id of an integration.",
  delivery: "Id of a delivery.",
  connection: "Id of a connection.",
  entry: "Id of an entry of the lexicon.",
  link: "Id of a collector link.",
  key: "Id of a key (not the key itself).",
  object: "Name of an object of a backup.",
  provider: `A provider that reports: ${listKinds()
    .flatMap(({ provider }) => (provider ? `\`${provider}\`` : []))
    .join(", ")}.`,
};

/** Of a list: how many, and from where. */
export const PageQuery = z.strictObject({
  limit: z.int().min(1).max(LIMIT_MAX).optional().describe(`Items of a page at most; ${LIMIT} unless told.`),
  cursor: z.string().optional().describe("The `next` of the page before."),
});
