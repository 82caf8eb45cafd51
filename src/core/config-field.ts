/**
 * Fields of configs and credentials as people see them: what a manifest adds to a schema, so that a form can be drawn
 * of it.
 */
import * as z from "zod";
import type { Question } from "./form";

/**
 * What stands in for a line of text: a choice among connections of the kind or questions of the form, a template, or
 * (of an object) the text of a JSON file that holds it.
 */
export type Input = "connection" | "question" | "template" | "file";

interface FieldMeta {
  readonly title: string;
  readonly description?: string;
  readonly "x-input"?: Input;
  /** Of `question`: the types that it may have; all unless told. */
  readonly "x-question-types"?: readonly Question["type"][];
}

/** For `.meta()` of a field: its title, a phrase about it (Markdown, no paragraphs), and how it is entered. */
export const field = (title: string, description?: string, input?: Input, types?: readonly Question["type"][]) =>
  ({
    title,
    ...(description !== undefined && { description }),
    ...(input && { "x-input": input }),
    ...(types && { "x-question-types": types }),
  }) satisfies FieldMeta;

/** The connection that a config names; every config has it under the name `connection`. */
export const ConnectionField = z
  .string()
  .min(1)
  .meta(field("Connection", "Stored credentials; without, those of the environment.", "connection"))
  .optional();
