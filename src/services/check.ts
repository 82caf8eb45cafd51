/** Turns what zod finds into the problems that a caller sees. */
import type * as z from "zod";
import type { Problem } from "../core/errors";
import { MISSING, pointer, refuseBody } from "./refuse-body";

/** The value as the schema wants it. Throws `invalid_request` with a pointer to each mistake. */
export function checkWith<T>(schema: z.ZodType<T>, value: unknown, at: readonly string[] = []): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw refuseBody(toProblems(parsed.error, value, at));
}

/** What is wrong with a value, with a pointer to each mistake; empty: nothing. */
export function findProblems(schema: z.ZodType, value: unknown): Problem[] {
  const parsed = schema.safeParse(value);
  return parsed.success ? [] : toProblems(parsed.error, value, []);
}

const toProblems = (error: z.ZodError, value: unknown, at: readonly string[]): Problem[] =>
  error.issues.slice(0, 100).map((issue) => toProblem(issue, value, at));

function toProblem(issue: z.core.$ZodIssue, value: unknown, at: readonly string[]): Problem {
  const question = questionAt(issue.path, value);
  return {
    pointer: pointer([...at, ...issue.path]),
    ...(question && { question }),
    code: codeOf(issue),
    detail: isMissing(issue, value) ? MISSING : issue.message,
  };
}

/** Of what is not there zod says which type it "expected". */
function isMissing({ code, path }: z.core.$ZodIssue, value: unknown): boolean {
  if (code !== "invalid_type" || path.length === 0) return false;
  return (
    path.reduce((within, name) => (within as Readonly<Record<PropertyKey, unknown>> | undefined)?.[name], value) ===
    undefined
  );
}

/** A check of ours may name its own code. */
function codeOf(issue: z.core.$ZodIssue): string {
  const own: unknown = issue.code === "custom" ? issue.params?.code : undefined;
  return typeof own === "string" ? own : issue.code;
}

/** The ref of the question that a path leads into, as in `questions/3/title`. */
function questionAt(path: readonly PropertyKey[], value: unknown): string | undefined {
  const [list, index] = path;
  if (list !== "questions" || typeof index !== "number" || typeof value !== "object" || value === null)
    return undefined;
  const questions: unknown = "questions" in value ? value.questions : undefined;
  const question: unknown = Array.isArray(questions) ? questions[index] : undefined;
  const known = typeof question === "object" && question !== null && "ref" in question;
  return known && typeof question.ref === "string" ? question.ref : undefined;
}
