/**
 * What the pages of the editor have in common: the way to them, the revision that a form brings back, what is wrong.
 */
import type { Child } from "hono/jsx";
import type { AppError, Problem } from "../../../core/errors";
import type { FormView } from "../../../services/form-view";
import { FORMS } from "../forms/head";
import { type Crumb, Page } from "../layout";
import { ActionForm, Hidden } from "../parts/controls";
import { ProblemBox } from "../parts/problem";
import { editPath } from "./paths";
import { sayProblem } from "./words";

type EditedForm = Pick<FormView, "id" | "title" | "state" | "version" | "access">;

export const editorCrumbs = (form: EditedForm): readonly Crumb[] => [
  FORMS,
  { name: form.title, path: editPath(form.id) },
];

interface EditorPageProps {
  readonly form: EditedForm;
  readonly title: string;
  readonly error?: AppError | undefined;
  readonly actions?: Child;
  readonly beside?: Child;
  readonly children: Child;
}

/** A page below the editor of a form. */
export const EditorPage = ({ form, title, error, actions, beside, children }: EditorPageProps) => (
  <Page title={title} crumbs={editorCrumbs(form)} actions={actions} beside={beside}>
    <Refused error={error} />
    {children}
  </Page>
);

/** What was refused; what belongs to an input is said there. */
export const Refused = ({ error }: { readonly error: AppError | undefined }) => {
  if (error?.code === "stale_draft") {
    return (
      <div class="box bad" id="problem" role="alert" tabindex={-1}>
        <p>
          <strong>Somebody else saved this form meanwhile.</strong> {error.details.detail} What you typed is still here:
          look at what is stored now, then save again.
        </p>
      </div>
    );
  }
  return <ProblemBox error={error} />;
};

interface EditFormProps {
  readonly action: string;
  readonly revision: number;
  readonly class?: string;
  readonly children: Child;
}

/** A form that changes the draft, at the revision that the page shows. */
export const EditForm = ({ revision, children, ...rest }: EditFormProps) => (
  <ActionForm {...rest}>
    <Hidden name="revision" value={String(revision)} />
    {children}
  </ActionForm>
);

/**
 * Pressed by the Enter key in an input: the first button of a form is what a browser takes for it (HTML, 4.10.21.2).
 */
export const DefaultButton = ({ deed }: { readonly deed: string }) => (
  <button type="submit" name="do" value={deed} class="sr" tabindex={-1}>
    Save by Enter
  </button>
);

/** What is wrong below a place of the definition, by the name that follows there; the first of each. */
export function problemsBelow(problems: readonly Problem[], pointer: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const problem of problems) {
    if (problem.pointer !== pointer && !problem.pointer.startsWith(`${pointer}/`)) continue;
    const [, member = ""] = problem.pointer.slice(pointer.length).split("/");
    if (!found.has(member)) found.set(member, sayProblem(problem));
  }
  return found;
}
