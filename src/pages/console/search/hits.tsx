/** Responses in which something was found, newest first, each with the places. */
import type { Definition } from "../../../core/form";
import type { SearchMatch, SnippetPart } from "../../../core/search";
import type { FoundResponse } from "../../../services/hits";
import { Badge } from "../parts/badge";
import { Time } from "../parts/time";
import { responsePath } from "../paths";
import { createReader, type Reader } from "../responses/reader";
import { REVIEWS } from "../words";

interface HitsProps {
  readonly form: string;
  readonly items: readonly FoundResponse[];
  /** Of the versions that these responses were answered against. */
  readonly definitions: ReadonlyMap<number, Definition>;
}

export const Hits = ({ form, items, definitions }: HitsProps) => {
  const reader = createReader(definitions);
  return (
    <ol class="hits" aria-label="Found">
      {items.map((item) => (
        <li class="card">
          <Hit form={form} item={item} reader={reader} />
        </li>
      ))}
    </ol>
  );
};

const Hit = ({
  form,
  item,
  reader,
}: {
  readonly form: string;
  readonly item: FoundResponse;
  readonly reader: Reader;
}) => {
  const { response, matches } = item;
  return (
    <>
      <p class="row">
        <a href={responsePath(form, response.id)}>
          <Time at={response.receivedAt} /> UTC
        </a>
        {response.review.state !== "received" && <Badge word={REVIEWS[response.review.state]} />}
      </p>
      <dl class="answers">
        {matches.map((match) => (
          <div>
            <dt dir="auto">{reader.question(response.version, match.question)?.title ?? match.question}</dt>
            <dd class="text" dir="auto">
              <Snippet parts={match.snippet} />
            </dd>
          </div>
        ))}
      </dl>
    </>
  );
};

const Snippet = ({ parts }: { readonly parts: SearchMatch["snippet"] }) => (
  <>{parts.map(({ text, match }: SnippetPart) => (match ? <mark>{text}</mark> : text))}</>
);
