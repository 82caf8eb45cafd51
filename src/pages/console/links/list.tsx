/** The collector links of a form: who has one, and how much came by it. */
import type { LinkView } from "../../../services/links";
import { FORMS, type FormHead, FormState, formTabs } from "../forms/head";
import { Ends } from "../keys/list";
import { Page } from "../layout";
import { Empty } from "../parts/empty";
import { Pager } from "../parts/pager";
import { type Column, Table } from "../parts/table";
import { Time } from "../parts/time";
import { formPath, linkPath, withQuery } from "../paths";
import { count } from "../words";

export interface LinksProps {
  readonly form: FormHead;
  readonly links: readonly LinkView[];
  readonly next: string | null;
  readonly first: boolean;
  /** Milliseconds. */
  readonly now: number;
}

export const LinksPage = ({ form, links, next, first, now }: LinksProps) => {
  const path = formPath(form.id, "links");
  return (
    <Page
      title={form.title}
      crumbs={[FORMS]}
      tabs={formTabs(form.id)}
      beside={<FormState form={form} />}
      actions={
        <a class="button" href={linkPath(form.id, "new")}>
          New link
        </a>
      }
    >
      {form.access === "key" && (
        <p class="box bad">
          This form takes responses with a key only: it has no page that a link could lead to. Apps that send the link's
          text are refused, too.
        </p>
      )}
      {links.length === 0 ? (
        <Empty title={first ? "No collector links yet" : "No more links"}>
          <p>A link of their own for each collector: what comes by it has their name, and it can be withdrawn alone.</p>
        </Empty>
      ) : (
        <Table stack label="Collector links" rows={links} columns={columnsOf(form.id, now)} />
      )}
      <Pager
        older={next === null ? undefined : withQuery(path, new URLSearchParams(), { cursor: next })}
        newest={first ? undefined : path}
      />
    </Page>
  );
};

const columnsOf = (form: string, now: number): readonly Column<LinkView>[] => [
  {
    title: "Collector",
    cell: ({ id, name }) => (
      <a href={linkPath(form, id)} dir="auto">
        {name}
      </a>
    ),
  },
  { title: "Responses", end: true, tight: true, cell: (link) => <Used of={link} /> },
  { title: "Made", tight: true, cell: ({ createdAt }) => <Time at={createdAt} /> },
  { title: "Ends", tight: true, cell: ({ expiresAt }) => <Ends at={expiresAt} now={now} /> },
  {
    title: <span class="sr">What to do</span>,
    tight: true,
    cell: ({ id, name }) => (
      <a href={linkPath(form, id, "revoke")} aria-label={`Withdraw the link of ${name}`}>
        Withdraw…
      </a>
    ),
  },
];

/** What came by a link, of what may come. Those without a maximum are not counted. */
export const Used = ({ of: { responsesMax, responsesUsed } }: { readonly of: LinkView }) =>
  responsesMax === null ? <span class="soft">No limit</span> : `${count(responsesUsed ?? 0)} of ${count(responsesMax)}`;
