/** A new destination of alerts: of which type, and what that needs. */
import type { AppError } from "../../../core/errors";
import { Page } from "../layout";
import { ActionForm, Hidden, Input } from "../parts/controls";
import { FormEnd } from "../parts/form-end";
import { ProblemBox } from "../parts/problem";
import { ALERTS } from "../paths";
import { ALERT_CRUMBS } from "./list";
import { type DestinationType, mistakeIn, TYPES } from "./types";

interface NewDestinationProps {
  readonly type: DestinationType;
  /** What was typed before. */
  readonly typed: URLSearchParams;
  readonly error?: AppError | undefined;
}

export const NewDestinationPage = ({ type, typed, error }: NewDestinationProps) => {
  const { title, about, fields } = TYPES[type];
  return (
    <Page title={`Alerts by ${title}`} crumbs={ALERT_CRUMBS}>
      <ProblemBox error={error} />
      <div class="toolbar">
        <nav class="switch" aria-label="How they are told">
          {Object.entries(TYPES).map(([other, { title: name }]) => (
            <a href={`${ALERTS}/new?type=${other}`} aria-current={other === type ? "page" : undefined}>
              {name}
            </a>
          ))}
        </nav>
      </div>
      <section class="card narrow">
        <p class="prose soft">{about}</p>
        <ActionForm action={`${ALERTS}/new`}>
          <Hidden name="type" value={type} />
          {fields.map(({ name, label, hint, type: of, optional }) => (
            <Input
              label={optional ? `${label} (optional)` : label}
              name={name}
              type={of ?? "text"}
              value={of === "password" ? "" : (typed.get(name) ?? "")}
              required={!optional}
              maxlength={2000}
              hint={hint}
              mistake={mistakeIn(error?.details.errors, name)}
            />
          ))}
          <FormEnd verb="Add the destination" back={ALERTS} />
        </ActionForm>
      </section>
    </Page>
  );
};
