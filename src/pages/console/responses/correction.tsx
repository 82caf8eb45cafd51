/** The link by which whoever collected a response mends it: made here, shown once, to be sent on. */
import type { AppError } from "../../../core/errors";
import type { ReviewState } from "../../../core/review";
import type { ResponseView } from "../../../services/responses";
import { FORMS, type FormHead } from "../forms/head";
import { Page } from "../layout";
import { Badge } from "../parts/badge";
import { ActionForm, Input } from "../parts/controls";
import { FormEnd } from "../parts/form-end";
import { ProblemBox } from "../parts/problem";
import { formPath, responsePath } from "../paths";
import { REVIEWS } from "../words";

/** Whether a correction by link is taken while the review is so (services/corrections.ts). */
export const isWaitedFor = (state: ReviewState): boolean => state === "flagged" || state === "rejected";

interface CorrectionProps {
  readonly form: FormHead;
  readonly response: ResponseView;
}

const crumbsOf = ({ form, response }: CorrectionProps) => [
  FORMS,
  { name: form.title, path: formPath(form.id) },
  { name: `Response ${response.id}`, path: responsePath(form.id, response.id) },
];

interface AskProps extends CorrectionProps {
  /** The day that was typed. */
  readonly until?: string;
  readonly error?: AppError | undefined;
}

export const AskCorrectionPage = ({ until = "", error, ...of }: AskProps) => {
  const { form, response } = of;
  const { state } = response.review;
  const back = responsePath(form.id, response.id);
  return (
    <Page title="Correction link" crumbs={crumbsOf(of)} beside={<Badge word={REVIEWS[state]} />}>
      <ProblemBox error={error} />
      <section class="card narrow">
        <div class="prose">
          <p>
            Send it to whoever collected this response. They see its answers and what was flagged, and mend them on the
            form's own page, without a key. When nothing is flagged any more, the review moves on to “Corrected” by
            itself.
          </p>
          {!isWaitedFor(state) && (
            <p class="box">
              The review is “{REVIEWS[state][0]}”: by the link the response can be seen, and not changed. Set the{" "}
              <a href={`${back}#review`}>review</a> to “Flagged” first.
            </p>
          )}
        </div>
        <ActionForm action={responsePath(form.id, response.id, "correction")}>
          <Input
            label="Works until"
            name="until"
            type="date"
            value={until}
            hint="That day included, by UTC. Without a day, for two weeks. It can't be withdrawn before."
          />
          <FormEnd verb="Make the link" back={back} />
        </ActionForm>
      </section>
    </Page>
  );
};
