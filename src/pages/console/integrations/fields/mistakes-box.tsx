/**
 * What is wrong with a form, at its top: each mistake leads to its control. Announced on arrival, and focused where
 * script runs.
 */
import type { AppError } from "../../../../core/errors";
import { Prose } from "../../../docs/prose";
import { idOf } from "../../parts/controls";
import type { Mistakes } from "./mistakes";

interface MistakesBoxProps {
  readonly error: AppError | undefined;
  readonly mistakes: Mistakes;
}

export const MistakesBox = ({ error, mistakes: { all } }: MistakesBoxProps) =>
  error && (
    <div class="box bad" id="problem" role="alert" tabindex={-1}>
      <p>
        <strong>Nothing was changed.</strong>{" "}
        {all.length === 0 ? <Prose text={error.details.detail ?? error.title} /> : "Mend this, then send it again:"}
      </p>
      {all.length > 0 && (
        <ul>
          {all.map(({ name, title, detail }) => (
            <li>
              {name !== null && (
                <>
                  <a href={`#${idOf(name)}`}>{title}</a>:{" "}
                </>
              )}
              <Prose text={detail} />
            </li>
          ))}
        </ul>
      )}
    </div>
  );
