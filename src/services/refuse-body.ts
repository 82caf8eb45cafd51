/** What a caller is told whose body has mistakes, whoever found them. */
import { AppError, type Problem } from "../core/errors";

/** What is said of a member that must be there. */
export const MISSING = "This is missing.";

/** The refusal of a body with these mistakes, of which a hundred are told. */
export const refuseBody = (errors: readonly Problem[]): AppError =>
  new AppError("invalid_request", {
    detail: "Nothing was changed. Mend what `errors` lists.",
    errors: errors.slice(0, 100),
  });

/** A JSON Pointer (RFC 6901). */
export function pointer(path: readonly PropertyKey[]): string {
  return path.map((part) => `/${String(part).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}
