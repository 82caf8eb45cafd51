/** What stands where a list has nothing: why that is so, and what to do about it. */
import type { Child } from "hono/jsx";

export const Empty = ({ title, children }: { readonly title: string; readonly children?: Child }) => (
  <div class="empty">
    <h2>{title}</h2>
    {children}
  </div>
);
