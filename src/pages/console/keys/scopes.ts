/** What each scope lets a key do, for whoever chooses. */
import { SCOPES, type Scope } from "../../../services/access";

interface ScopeWords {
  readonly name: string;
  readonly about: string;
}

export const SCOPE_WORDS: Readonly<Record<Scope, ScopeWords>> = {
  "responses:submit": {
    name: "Submit responses",
    about: "For tablets, apps and servers that send responses. It reads nothing.",
  },
  "responses:read": { name: "Read responses", about: "See, search and export them, with their history." },
  "responses:write": { name: "Change responses", about: "Edit, review and erase them; make correction links." },
  "forms:read": { name: "See forms", about: "Forms with their questions, and how their integrations are doing." },
  "forms:write": {
    name: "Change forms",
    about: "Make, publish, close and delete them, and hand out links to collectors.",
  },
  "integrations:write": {
    name: "Change integrations",
    about: "Add, pause and replay them, and store credentials of other services.",
  },
  admin: { name: "Everything", about: "All of these, and keys and the audit log. For few people, and for no device." },
};

/** The scopes, the most harmless first. */
export const SCOPES_BY_POWER = Object.keys(SCOPE_WORDS) as Scope[];

/** What a key may do, in words. */
export function sayScopes(scopes: readonly string[]): string {
  if (scopes.includes("admin")) return SCOPE_WORDS.admin.name;
  const known = SCOPES.filter((scope) => scopes.includes(scope));
  const [first = "", ...more] = known.map((scope) => SCOPE_WORDS[scope].name);
  return [first, ...more.map((name) => name.toLowerCase())].join(", ");
}
