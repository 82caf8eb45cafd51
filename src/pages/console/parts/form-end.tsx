/** The end of a form: its button, and the way out without it. */
import type { Child } from "hono/jsx";
import { Button } from "./controls";

interface FormEndProps {
  /** What the button says: the verb. */
  readonly verb: string;
  readonly tone?: "main" | "danger";
  /** Where Cancel leads to. */
  readonly back: string;
  /** Other buttons, between the two. */
  readonly children?: Child;
}

export const FormEnd = ({ verb, tone = "main", back, children }: FormEndProps) => (
  <div class="row">
    <Button tone={tone}>{verb}</Button>
    {children}
    <a class="button quiet" href={back}>
      Cancel
    </a>
  </div>
);
