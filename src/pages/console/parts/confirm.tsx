/** The page before something that can't be taken back: what will happen, and the way out. */
import type { Child } from "hono/jsx";
import type { AppError } from "../../../core/errors";
import { type Crumb, Page } from "../layout";
import { ActionForm } from "./controls";
import { FormEnd } from "./form-end";
import { ProblemBox } from "./problem";

interface ConfirmProps {
  readonly title: string;
  readonly crumbs: readonly Crumb[];
  /** What will happen, as it is. */
  readonly children: Child;
  readonly action: string;
  /** What the button says: the verb. */
  readonly verb: string;
  /** `main` for what can be taken back. */
  readonly tone?: "main" | "danger";
  readonly back: string;
  /** Inputs besides, such as a reason. */
  readonly inputs?: Child;
  readonly error?: AppError | undefined;
}

export const ConfirmPage = ({
  title,
  crumbs,
  children,
  action,
  verb,
  tone = "danger",
  back,
  inputs,
  error,
}: ConfirmProps) => (
  <Page title={title} crumbs={crumbs}>
    <ProblemBox error={error} />
    <section class="card narrow">
      <div class="prose">{children}</div>
      <ActionForm action={action}>
        {inputs}
        <FormEnd verb={verb} tone={tone} back={back} />
      </ActionForm>
    </section>
  </Page>
);
