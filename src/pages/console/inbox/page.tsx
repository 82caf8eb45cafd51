/** The collectors of a form who have flagged responses, each leading to his. */
import type { CollectorView } from "../../../services/inbox";
import { FORMS, type FormHead, FormState, formTabs, OpenForm } from "../forms/head";
import { Page } from "../layout";
import { Empty } from "../parts/empty";
import { Pager } from "../parts/pager";
import { type Column, Table } from "../parts/table";
import { Ago } from "../parts/time";
import { formPath, responsePath, withQuery } from "../paths";
import { count } from "../words";

interface InboxPageProps {
  readonly form: FormHead;
  readonly items: readonly CollectorView[];
  readonly next: string | null;
  readonly first: boolean;
  /** Milliseconds. */
  readonly now: number;
}

export const InboxPage = (props: InboxPageProps) => {
  const { form, items, next, first } = props;
  const path = formPath(form.id, "inbox");
  return (
    <Page
      title={form.title}
      crumbs={[FORMS]}
      tabs={formTabs(form.id)}
      beside={<FormState form={form} />}
      actions={<OpenForm form={form} />}
    >
      {items.length === 0 ? (
        <Empty title="Nothing waits for a correction">
          <p>
            A response that is flagged stands here, under the name of whoever collected it, until it is mended, judged
            or erased. Collectors see their own by their link.
          </p>
        </Empty>
      ) : (
        <Table stack label="Collectors" rows={items} columns={columnsOf(props)} />
      )}
      <Pager
        older={next === null ? undefined : withQuery(path, new URLSearchParams({ cursor: next }))}
        newest={first ? undefined : path}
      />
    </Page>
  );
};

const columnsOf = ({ form, now }: InboxPageProps): Column<CollectorView>[] => [
  {
    title: "Collector",
    cell: ({ collector }) => <a href={flaggedPath(form.id, collector)}>{collector ?? "Of nobody in particular"}</a>,
  },
  { title: "Flagged", end: true, cell: ({ flagged }) => count(flagged) },
  {
    title: "Oldest",
    cell: ({ oldest }) => (
      <a href={responsePath(form.id, oldest.response)}>
        <Ago at={oldest.receivedAt} now={now} />
      </a>
    ),
  },
];

/** What is flagged of one; of nobody: all that is flagged. */
const flaggedPath = (form: string, collector: string | null): string =>
  withQuery(
    formPath(form),
    new URLSearchParams({ review: "flagged", ...(collector !== null && { "metadata[collector][eq]": collector }) }),
  );
