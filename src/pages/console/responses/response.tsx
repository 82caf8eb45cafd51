/** One response: its answers, what was made of it, what became of it, and what happened to it. */
import { isEmail, isWebAddress } from "../../../core/answer-formats";
import type { AppError } from "../../../core/errors";
import type { Definition } from "../../../core/form";
import type { RevisionView } from "../../../services/history";
import type { ListPage } from "../../../services/list-responses";
import type { ResponseDeliveryView } from "../../../services/response-deliveries";
import type { ResponseView } from "../../../services/responses";
import { useMay } from "../env";
import { FORMS, type FormHead } from "../forms/head";
import { Page } from "../layout";
import { Badge } from "../parts/badge";
import { Card } from "../parts/card";
import { type Fact, Facts } from "../parts/facts";
import { ProblemBox } from "../parts/problem";
import { Time } from "../parts/time";
import { formPath, responsePath } from "../paths";
import { REVIEWS } from "../words";
import { Deliveries } from "./deliveries";
import { Flags } from "./flags";
import { History } from "./history";
import { createReader, type Reader } from "./reader";
import { ReviewForm } from "./review";

export interface ResponseProps {
  readonly form: FormHead;
  readonly response: ResponseView;
  readonly revisions: Pick<ListPage<RevisionView>, "items" | "next">;
  readonly deliveries: readonly ResponseDeliveryView[];
  readonly definitions: ReadonlyMap<number, Definition>;
  /** Who changed something, by id: keys, integrations, collectors. */
  readonly names: ReadonlyMap<string, string>;
  /** Milliseconds. */
  readonly now: number;
  /** Why an action was refused, and what was sent with it. */
  readonly error?: AppError;
  readonly sent?: URLSearchParams;
}

export const ResponsePage = (props: ResponseProps) => {
  const { form, response, deliveries, definitions, names, error, sent, now } = props;
  const reader = createReader(definitions);
  const erased = response.erasedAt !== undefined;
  const mayWrite = useMay("responses:write") && !erased;
  return (
    <Page
      title={`Response ${response.id}`}
      crumbs={[FORMS, { name: form.title, path: formPath(form.id) }]}
      beside={<Badge word={erased ? ["Erased", "plain"] : REVIEWS[response.review.state]} />}
      actions={
        mayWrite && (
          <>
            <a class="button" href={responsePath(form.id, response.id, "edit")}>
              Edit
            </a>
            <a class="button quiet" href={responsePath(form.id, response.id, "correction")}>
              Correction link…
            </a>
            <a class="button quiet" href={responsePath(form.id, response.id, "erase")}>
              Erase…
            </a>
          </>
        )
      }
    >
      <ProblemBox error={error} />
      <div class="split">
        <div>
          <Flags response={response} names={names} reader={reader} />
          <Card title="Answers" id="answers">
            {erased ? <p class="soft">They were erased.</p> : <Answers response={response} reader={reader} />}
          </Card>
          <Deliveries deliveries={deliveries} now={now} />
        </div>
        <div>
          <Card title="Details" id="details">
            <Facts facts={detailsOf(response)} />
          </Card>
          {mayWrite && <ReviewForm form={form.id} response={response} sent={sent} />}
          <History {...props} reader={reader} />
        </div>
      </div>
    </Page>
  );
};

function detailsOf({ receivedAt, submittedAt, erasedAt, version, revision, metadata }: ResponseView): readonly Fact[] {
  return [
    ["Received", <Utc at={receivedAt} />],
    ["Filled in", submittedAt && <Utc at={submittedAt} />],
    ["Erased", erasedAt && <Utc at={erasedAt} />],
    ["Version of the form", version],
    ["Revision", revision],
    ...Object.entries(metadata).map(
      ([name, value]): Fact => [<code>{name}</code>, <span dir="auto">{String(value)}</span>],
    ),
  ];
}

const Utc = ({ at }: { readonly at: string }) => (
  <>
    <Time at={at} seconds /> UTC
  </>
);

/** In the order in which they were asked, those without an answer too; then what later versions do not ask any more. */
const Answers = ({ response, reader }: { readonly response: ResponseView; readonly reader: Reader }) => {
  const { version, answers } = response;
  const asked = reader.asked(version).map(({ ref }) => ref);
  const others = Object.keys(answers).filter((ref) => !asked.includes(ref));
  const facts = [...asked, ...others].map((ref): Fact => {
    const title = <span dir="auto">{reader.question(version, ref)?.title ?? ref}</span>;
    return [title, <Answered response={response} name={ref} reader={reader} />];
  });
  return <Facts kind="answers" facts={facts} />;
};

interface AnsweredProps {
  readonly response: ResponseView;
  readonly name: string;
  readonly reader: Reader;
}

const Answered = ({ response: { version, answers }, name, reader }: AnsweredProps) => {
  const answer = answers[name];
  if (answer === undefined) return <span class="soft">No answer</span>;
  const text = reader.text(version, name, answer);
  const type = reader.question(version, name)?.type;
  if (type === "url" && isWebAddress(text)) {
    return (
      <a href={text} rel="noopener noreferrer nofollow" target="_blank">
        {text}
      </a>
    );
  }
  if (type === "email" && isEmail(text)) return <a href={`mailto:${encodeURIComponent(text)}`}>{text}</a>;
  return (
    <span class="text" dir="auto">
      {text}
    </span>
  );
};
