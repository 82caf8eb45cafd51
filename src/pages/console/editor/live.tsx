/** What a check found, kept up while something is typed where script runs (script.ts). */
import type { Child } from "hono/jsx";

interface LiveProps {
  readonly checked: boolean | undefined;
  readonly problems: ReadonlyMap<string, string>;
  readonly children?: Child;
}

export const Live = ({ checked = false, problems, children }: LiveProps) => (
  <div id="live" role="status">
    {checked && problems.size === 0 && <p class="box good">Nothing is wrong with it.</p>}
    {checked && problems.size > 0 && (
      <div class="box bad">
        <ul>
          {[...problems.values()].map((text) => (
            <li>{text}</li>
          ))}
        </ul>
      </div>
    )}
    {children}
  </div>
);
