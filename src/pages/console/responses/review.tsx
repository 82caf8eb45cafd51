/** The review of a response: where it may be moved from here, with a comment. */
import { REVIEW_STEPS } from "../../../core/review";
import type { ResponseView } from "../../../services/responses";
import { Card } from "../parts/card";
import { ActionForm, Button, Hidden, Select, TextArea } from "../parts/controls";
import { responsePath } from "../paths";
import { REVIEWS } from "../words";

interface ReviewProps {
  readonly form: string;
  readonly response: ResponseView;
  readonly sent?: URLSearchParams | undefined;
}

export const ReviewForm = ({ form, response, sent }: ReviewProps) => {
  const { state } = response.review;
  const options = [
    { value: state, label: `${REVIEWS[state][0]} (as it is)` },
    ...REVIEW_STEPS[state].map((next) => ({ value: next, label: REVIEWS[next][0] })),
  ];
  return (
    <Card title="Review" id="review">
      <ActionForm action={responsePath(form, response.id, "review")}>
        <Hidden name="revision" value={String(response.revision)} />
        <Select label="State" name="state" value={sent?.get("state") ?? state} options={options} />
        <TextArea
          label="Comment"
          name="comment"
          value={sent?.get("comment") ?? ""}
          maxlength={5_000}
          hint="Stays in the history of the response."
        />
        <Button>Save the review</Button>
      </ActionForm>
    </Card>
  );
};
