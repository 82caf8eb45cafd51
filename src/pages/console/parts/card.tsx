/** A part of a page with a heading of its own. */
import type { Child } from "hono/jsx";

interface CardProps {
  readonly title: string;
  readonly id: string;
  /** Its content goes from edge to edge, as a table does. */
  readonly flush?: boolean;
  readonly children: Child;
}

export const Card = ({ title, id, flush = false, children }: CardProps) => (
  <section class={flush ? "card flush" : "card"} aria-labelledby={id}>
    <h2 id={id}>{title}</h2>
    {children}
  </section>
);
