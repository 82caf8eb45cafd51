/** What stands where a form keeps no index of a kind: what it would do, and the button that adds it. */
import type { Child } from "hono/jsx";
import { useMay } from "../env";
import { ActionForm, Button } from "../parts/controls";

interface OfferProps {
  readonly title: string;
  /** What it is good for. */
  readonly about: string;
  /** What the button says. */
  readonly verb: string;
  readonly action: string;
  /** What it has to know. */
  readonly inputs?: Child;
}

export const Offer = ({ title, about, verb, action, inputs }: OfferProps) => (
  <div class="empty">
    <h2>{title}</h2>
    <p>{about}</p>
    {useMay("integrations:write") ? (
      <ActionForm action={action} class="offer">
        {inputs}
        <Button>{verb}</Button>
      </ActionForm>
    ) : (
      <p>Your key may not add it: that needs the scope integrations:write.</p>
    )}
    <p class="small">The responses that are there already are taken in, too.</p>
  </div>
);
