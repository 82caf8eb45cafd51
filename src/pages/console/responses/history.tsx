/** What happened to a response, oldest first: who changed what, with the values before and after. */
import type { Difference } from "../../../core/difference";
import type { Flag } from "../../../core/flag";
import type { Answer } from "../../../core/response";
import type { RevisionView } from "../../../services/history";
import { Card } from "../parts/card";
import { Time } from "../parts/time";
import { REVIEWS } from "../words";
import type { Reader } from "./reader";
import type { ResponseProps } from "./response";

const DEEDS: Readonly<Record<RevisionView["event"], string>> = {
  created: "Received",
  updated: "Edited",
  flagged: "Flagged",
  reviewed: "Reviewed",
  erased: "Erased",
};

type HistoryProps = Pick<ResponseProps, "response" | "revisions" | "names"> & { readonly reader: Reader };

export const History = ({ response, revisions, names, reader }: HistoryProps) => (
  <Card title="History" id="history">
    <ol class="history">
      {revisions.items.map((revision) => (
        <li>
          <p>
            <strong>{DEEDS[revision.event]}</strong>
            {revision.by !== null && (
              <>
                {" by "}
                <span dir="auto">{names.get(revision.by) ?? revision.by}</span>
              </>
            )}
          </p>
          <p class="soft small">
            <Time at={revision.at} seconds /> UTC · revision {revision.revision}
          </p>
          <Changes revision={revision} version={response.version} reader={reader} />
          {revision.comment !== undefined && <blockquote dir="auto">{revision.comment}</blockquote>}
        </li>
      ))}
    </ol>
    {revisions.next !== null && <p class="soft small">Later changes are in the API: GET …/revisions.</p>}
  </Card>
);

interface ChangesProps {
  readonly revision: RevisionView;
  readonly version: number;
  readonly reader: Reader;
}

const Changes = ({ revision: { answers, metadata, review, flags }, version, reader }: ChangesProps) => {
  const text = (ref: string, value: unknown) => (value === null ? null : reader.text(version, ref, value as Answer));
  const changes = [
    ...(review
      ? [{ name: "Review", from: review.from && REVIEWS[review.from][0], to: review.to && REVIEWS[review.to][0] }]
      : []),
    ...(flags ? [{ name: "Flags", from: messagesOf(flags.from), to: messagesOf(flags.to) }] : []),
    ...Object.entries(answers).map(([ref, change]: [string, Difference]) => ({
      name: reader.question(version, ref)?.title ?? ref,
      from: text(ref, change.from),
      to: text(ref, change.to),
    })),
    ...Object.entries(metadata).map(([name, { from, to }]) => ({ name, from: shown(from), to: shown(to) })),
  ];
  if (changes.length === 0) return null;
  return (
    <dl class="changes">
      {changes.map(({ name, from, to }) => (
        <div>
          <dt dir="auto">{name}</dt>
          <dd>
            <Value of={from} was />
            <span aria-hidden="true"> → </span>
            <span class="sr">is now </span>
            <Value of={to} />
          </dd>
        </div>
      ))}
    </dl>
  );
};

const messagesOf = (flags: readonly Flag[]) => flags.map(({ message }) => message).join("\n") || null;
const shown = (value: unknown) => (value === null ? null : String(value));

const Value = ({ of, was = false }: { readonly of: string | null; readonly was?: boolean }) => {
  if (of === null) return <span class="soft">nothing</span>;
  return was ? <del dir="auto">{of}</del> : <ins dir="auto">{of}</ins>;
};
