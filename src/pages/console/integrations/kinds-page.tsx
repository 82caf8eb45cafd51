/** What can be added to a form. */
import type { KindView } from "../../../services/kinds";
import type { FormHead } from "../forms/head";
import { Page } from "../layout";
import { addPath } from "../paths";
import { crumbsOf } from "./head";

interface KindsProps {
  readonly form: FormHead;
  readonly kinds: readonly KindView[];
}

export const KindsPage = ({ form, kinds }: KindsProps) => (
  <Page title="Add an integration" crumbs={crumbsOf(form)}>
    <ul class="tiles">
      {kinds.map(({ kind, title, summary }) => (
        <li class="card">
          <h2>
            <a href={addPath(form.id, kind)}>{title}</a>
          </h2>
          <p class="soft">{summary}</p>
        </li>
      ))}
    </ul>
  </Page>
);
