/** The versions of a form, and what each of them changed. */
import type { DefinitionDiff } from "../../../core/form-diff";
import type { FormView } from "../../../services/form-view";
import type { VersionDiff, VersionView } from "../../../services/versions";
import { useMay } from "../env";
import { FORMS, FormState, formTabs } from "../forms/head";
import { Page } from "../layout";
import { Empty } from "../parts/empty";
import { Pager } from "../parts/pager";
import { Table } from "../parts/table";
import { Time } from "../parts/time";
import { formPath, withQuery } from "../paths";
import { count } from "../words";
import { Diff, sayDiff } from "./diff";
import { editorCrumbs } from "./head";

interface VersionsProps {
  readonly form: FormView;
  readonly versions: readonly VersionView[];
  /** Against the version before, by version. */
  readonly changes: ReadonlyMap<number, DefinitionDiff>;
  readonly next: string | null;
  readonly first: boolean;
}

export const VersionsPage = ({ form, versions, changes, next, first }: VersionsProps) => (
  <Page title={form.title} crumbs={[FORMS]} tabs={formTabs(form.id)} beside={<FormState form={form} />}>
    {versions.length === 0 ? (
      <Empty title="Nothing is published yet" />
    ) : (
      <Table
        stack
        label="Versions"
        rows={versions}
        columns={[
          {
            title: "Version",
            tight: true,
            cell: ({ version }) => <a href={formPath(form.id, `versions/${version}`)}>{`Version ${version}`}</a>,
          },
          { title: "Title", cell: ({ title }) => <span dir="auto">{title}</span> },
          {
            title: "What it changed",
            cell: ({ version }) => <span class="soft">{sayChange(changes.get(version))}</span>,
          },
          { title: "Questions", end: true, tight: true, cell: ({ questions }) => count(questions) },
          { title: "Published", tight: true, cell: ({ createdAt }) => <Time at={createdAt} /> },
          ...(useMay("forms:write")
            ? [
                {
                  title: "Put back",
                  tight: true as const,
                  cell: ({ version }: VersionView) => <PutBack {...{ form, version }} small />,
                },
              ]
            : []),
        ]}
      />
    )}
    <Pager
      older={
        next === null ? undefined : withQuery(formPath(form.id, "versions"), new URLSearchParams({ cursor: next }))
      }
      newest={first ? undefined : formPath(form.id, "versions")}
    />
  </Page>
);

const sayChange = (diff: DefinitionDiff | undefined) => (diff ? sayDiff(diff) : "all of it was new");

interface VersionProps {
  readonly form: FormView;
  readonly version: number;
  /** Null: the first one, which has none before it. */
  readonly diff: VersionDiff | null;
  readonly titles: ReadonlyMap<string, string>;
  readonly json: string;
}

export const VersionPage = ({ form, version, diff, titles, json }: VersionProps) => (
  <Page
    title={`Version ${version}`}
    crumbs={[...editorCrumbs(form), { name: "Versions", path: formPath(form.id, "versions") }]}
    actions={<PutBack form={form} version={version} />}
  >
    {diff === null ? <p class="box">The first version: all of it was new.</p> : <Diff diff={diff} titles={titles} />}
    <details class="card">
      <summary>The whole definition</summary>
      <pre class="code" tabindex={0}>
        {json}
      </pre>
    </details>
  </Page>
);

const PutBack = ({ form, version, small }: Pick<VersionProps, "form" | "version"> & { readonly small?: true }) =>
  useMay("forms:write") ? (
    <a class={small ? "small" : "button quiet"} href={formPath(form.id, `versions/${version}/put-back`)}>
      {small ? "Into the draft…" : "Put into the draft…"}
    </a>
  ) : null;
