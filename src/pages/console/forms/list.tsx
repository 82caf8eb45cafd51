/** The forms of a workspace, with what is cheap to know of each. */
import type { FormFigures } from "../../../services/form-figures";
import type { FormView } from "../../../services/form-view";
import { NEW_FORM } from "../editor/paths";
import { useMay, useVisit } from "../env";
import { Page } from "../layout";
import { Badge } from "../parts/badge";
import { Button, Hidden } from "../parts/controls";
import { Empty } from "../parts/empty";
import { Pager } from "../parts/pager";
import { type Column, Table } from "../parts/table";
import { Ago, Time } from "../parts/time";
import { formPath, HOME, withQuery } from "../paths";
import { count, FORM_STATES } from "../words";

export const FORM_LISTS = ["current", "archived", "deleted"] as const;
export type FormList = (typeof FORM_LISTS)[number];

export interface FormListProps {
  readonly list: FormList;
  readonly forms: readonly FormView[];
  readonly figures: ReadonlyMap<string, FormFigures>;
  /** What was looked for in the titles. */
  readonly search: string;
  /** Cursor of the next page; and whether this is the first. */
  readonly next: string | null;
  readonly first: boolean;
  /** Milliseconds. */
  readonly now: number;
}

const ACCESS = { public: "from anybody", link: "by link", key: "by key" } as const;

export const FormListPage = (props: FormListProps) => {
  const { list, forms, search, next, first } = props;
  const query = new URLSearchParams({ ...(list !== "current" && { list }), ...(search && { search }) });
  return (
    <Page title="Forms" actions={<NewForm />}>
      <Toolbar list={list} search={search} />
      {forms.length === 0 ? (
        <NoForms {...props} />
      ) : (
        <Table stack label="Forms" rows={forms} columns={columnsOf(props)} />
      )}
      <Pager
        older={next === null ? undefined : withQuery(HOME, query, { cursor: next })}
        newest={first ? undefined : withQuery(HOME, query)}
      />
    </Page>
  );
};

const NewForm = () => {
  const visit = useVisit();
  return useMay("forms:write") && visit?.key.form === null ? (
    <a class="button" href={NEW_FORM}>
      New form
    </a>
  ) : null;
};

const TITLES: Readonly<Record<FormList, string>> = { current: "In use", archived: "Archived", deleted: "Deleted" };

const Toolbar = ({ list, search }: Pick<FormListProps, "list" | "search">) => (
  <div class="toolbar">
    <nav class="switch" aria-label="Which forms">
      {FORM_LISTS.map((one) => (
        <a
          href={withQuery(HOME, new URLSearchParams(one === "current" ? {} : { list: one }))}
          aria-current={one === list ? "page" : undefined}
        >
          {TITLES[one]}
        </a>
      ))}
    </nav>
    <search>
      <form method="get" action={HOME} class="inline">
        {list !== "current" && <Hidden name="list" value={list} />}
        <input
          type="search"
          name="search"
          value={search}
          maxlength={100}
          aria-label="Title"
          placeholder="Find by title"
        />
        <Button tone="quiet">Find</Button>
      </form>
    </search>
  </div>
);

function columnsOf({ list, figures, now }: FormListProps): readonly Column<FormView>[] {
  const last = (form: FormView) => figures.get(form.id)?.lastAt ?? null;
  const shared: readonly Column<FormView>[] = [
    {
      title: "Title",
      cell: (form) =>
        form.state === "deleted" ? (
          <>
            <span dir="auto">{form.title}</span> <Restore form={form.id} />
          </>
        ) : (
          <a href={formPath(form.id)} dir="auto">
            {form.title}
          </a>
        ),
    },
    { title: "State", tight: true, cell: (form) => <Badge word={FORM_STATES[form.state]} /> },
    { title: "Responses", end: true, tight: true, cell: (form) => count(figures.get(form.id)?.responses ?? 0) },
  ];
  if (list === "deleted") {
    return [...shared, { title: "Erased on", tight: true, cell: ({ eraseAt }) => eraseAt && <Time at={eraseAt} /> }];
  }
  return [
    ...shared,
    {
      title: "Last response",
      tight: true,
      cell: (form) => {
        const at = last(form);
        return at === null ? <span class="soft">None yet</span> : <Ago at={at} now={now} />;
      },
    },
    {
      title: "Takes responses",
      tight: true,
      wide: true,
      cell: (form) => <span class="soft">{ACCESS[form.access]}</span>,
    },
    {
      title: "Version",
      end: true,
      tight: true,
      wide: true,
      cell: ({ version }) => <span class="soft">{version || "–"}</span>,
    },
  ];
}

const Restore = ({ form }: { readonly form: string }) =>
  useMay("forms:write") ? (
    <a class="small" href={formPath(form, "settings/restore")}>
      Restore…
    </a>
  ) : null;

const NoForms = ({ list, search, first }: FormListProps) => {
  if (search) return <Empty title={`No form has “${search}” in its title`} />;
  if (!first) return <Empty title="No more forms" />;
  if (list !== "current") return <Empty title={`No ${list} forms`} />;
  return (
    <Empty title="No forms yet">
      <p>
        Make the first one here, or by <code>POST /v1/forms</code>: <a href="/docs#createForm">how</a>.
      </p>
    </Empty>
  );
};
