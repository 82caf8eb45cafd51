/** What went wrong, in words: beside the form that was refused, or as a page of its own. */
import type { AppError } from "../../../core/errors";
import { Prose } from "../../docs/prose";
import { useVisit } from "../env";
import { Page } from "../layout";
import { HOME, SIGN_IN } from "../paths";

/** Announced on arrival, and focused where script runs. */
export const ProblemBox = ({ error }: { readonly error: AppError | null | undefined }) => {
  if (!error) return null;
  const { detail, errors = [] } = error.details;
  return (
    <div class="box bad" id="problem" role="alert" tabindex={-1}>
      <p>
        <strong>{error.title}.</strong> {detail && <Prose text={detail} />}
      </p>
      {errors.length > 0 && (
        <ul>
          {errors.map((one) => (
            <li>
              {one.pointer !== "" && <code>{one.pointer.slice(1).replaceAll("/", " ")}</code>}{" "}
              <Prose text={one.detail} />
            </li>
          ))}
        </ul>
      )}
    </div>
  );
};

/** A page that says what is in the way. */
export const ErrorPage = ({ error, requestId }: { readonly error: AppError; readonly requestId: string }) => {
  const inside = useVisit() !== null;
  return (
    <Page title={error.title}>
      <div class="empty">
        {error.details.detail && (
          <p>
            <Prose text={error.details.detail} />
          </p>
        )}
        <p>
          <a class="button" href={inside ? HOME : SIGN_IN}>
            {inside ? "To the forms" : "To the sign-in"}
          </a>
        </p>
        <p class="soft small">
          Request <code>{requestId}</code>
        </p>
      </div>
    </Page>
  );
};
