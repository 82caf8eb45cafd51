/** The box that looks for words among the responses of a form; it leads to the page with what was found. */
import type { Child } from "hono/jsx";
import { Button } from "../parts/controls";
import { formPath } from "../paths";

interface SearchBoxProps {
  readonly form: string;
  /** What was looked for. */
  readonly q?: string;
  /** What else the search is to keep to: inputs. */
  readonly children?: Child;
}

/** Characters that a search takes (src/integrations/search/phrases.ts). */
const QUERY_MAX = 500;

export const SearchBox = ({ form, q = "", children }: SearchBoxProps) => (
  <search>
    <form method="get" action={formPath(form, "search")} class="inline seek">
      <input
        type="search"
        name="q"
        value={q}
        maxlength={QUERY_MAX}
        aria-label="Words in answers"
        placeholder="Search the answers"
      />
      {children}
      <Button tone="quiet">Search</Button>
    </form>
  </search>
);
