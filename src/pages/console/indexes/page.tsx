/** A page of a form that an index answers: the page itself, how far behind it is, or the offer to add the index. */
import type { Child } from "hono/jsx";
import type { AppError } from "../../../core/errors";
import { FORMS, FormState, formTabs, OpenForm } from "../forms/head";
import { Page } from "../layout";
import { Empty } from "../parts/empty";
import { ProblemBox } from "../parts/problem";
import type { FormIndexes } from "./find";
import { IndexState } from "./state";

interface IndexPageProps {
  readonly found: FormIndexes;
  /** Path of the page, and its query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly error?: AppError | undefined;
  /** What stands there when the form has no such index. */
  readonly offer: Child;
  /** Links and buttons of the page. */
  readonly actions?: Child;
  readonly children: Child;
}

export const IndexPage = ({ found, path, query, error, offer, actions, children }: IndexPageProps) => {
  const { form, indexes, chosen } = found;
  return (
    <Page
      title={form.title}
      crumbs={[FORMS]}
      tabs={formTabs(form.id)}
      beside={<FormState form={form} />}
      actions={
        <>
          {actions}
          <OpenForm form={form} />
        </>
      }
    >
      <ProblemBox error={error} />
      {form.version === 0 && (
        <Empty title="Not published yet">
          <p>A draft takes no responses. Publish it, and they are counted and found here.</p>
        </Empty>
      )}
      {form.version > 0 && !chosen && offer}
      {chosen && <IndexState chosen={chosen} indexes={indexes} path={path} query={query} />}
      {chosen && children}
    </Page>
  );
};
