/** Names and values, as `<dl>`. What has no value is left out. */
import type { Child } from "hono/jsx";

export type Fact = readonly [name: Child, value: Child | null | undefined];

export const Facts = ({
  facts,
  kind = "facts",
}: {
  readonly facts: readonly Fact[];
  readonly kind?: "facts" | "answers";
}) => (
  <dl class={kind}>
    {facts
      .filter(([, value]) => value !== null && value !== undefined)
      .map(([name, value]) => (
        <div>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
  </dl>
);
