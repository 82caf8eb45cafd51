/** The types of the console's Hono apps, and what a page knows of the visit that it is shown to. */
import { createContext, useContext } from "hono/jsx";
import type { AppEnv } from "../../context";
import type { Once } from "../../core/once";
import { hasScope, type Scope } from "../../services/access";
import type { Session } from "../../services/session";

/** What every page of a session needs beside what it is about. */
export interface Visit {
  readonly workspace: string;
  readonly key: Session["key"];
  /** Stands in every form (core/session-token.ts). */
  readonly formToken: string;
  /** Path of the page. */
  readonly path: string;
  /** What was just done, in a sentence. */
  readonly flash: string | null;
  /** What this page shows once. */
  readonly once: Once | null;
}

export interface ConsoleEnv {
  Bindings: AppEnv["Bindings"];
  Variables: AppEnv["Variables"] & {
    session: Session;
    visit: Visit;
    /** The fields of a form that was sent and checked. */
    sent: URLSearchParams;
  };
}

const VisitContext = createContext<Visit | null>(null);
export const VisitProvider = VisitContext.Provider;

/** The visit that a page is shown to; null on the pages that need no session. */
export const useVisit = (): Visit | null => useContext(VisitContext);

/** Whether the visitor's key may do this. What a page does not show is refused by its route all the same. */
export function useMay(scope: Scope): boolean {
  const visit = useVisit();
  return visit !== null && hasScope(visit.key, scope);
}
