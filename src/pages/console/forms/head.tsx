/** What the pages of a form have in common: the way to them, its state, their tabs. */
import type { FormView } from "../../../services/form-view";
import type { Crumb, Tab } from "../layout";
import { Badge } from "../parts/badge";
import { formPath, HOME } from "../paths";
import { FORM_STATES } from "../words";

/** The form as its pages show it. */
export type FormHead = Pick<FormView, "id" | "title" | "state" | "access" | "version">;

export const FORMS: Crumb = { name: "Forms", path: HOME };

/** The pages of a form. A new one has its line here. */
export const formTabs = (form: string): readonly Tab[] => [
  { name: "Responses", path: formPath(form), scope: "responses:read" },
  { name: "Inbox", path: formPath(form, "inbox"), scope: "responses:read" },
  { name: "Summary", path: formPath(form, "summary"), scope: "responses:read" },
  { name: "Search", path: formPath(form, "search"), scope: "responses:read" },
  { name: "Slang", path: formPath(form, "slang"), scope: "responses:read" },
  { name: "Integrations", path: formPath(form, "integrations"), scope: "forms:read" },
  { name: "Edit", path: formPath(form, "edit"), scope: "forms:write" },
  { name: "Settings", path: formPath(form, "settings"), scope: "forms:write" },
  { name: "Share", path: formPath(form, "share"), scope: "forms:read" },
  { name: "Versions", path: formPath(form, "versions"), scope: "forms:read" },
  { name: "Collectors", path: formPath(form, "links"), scope: "forms:write" },
  { name: "Robots", path: formPath(form, "robots"), scope: "forms:write" },
];

export const FormState = ({ form }: { readonly form: FormHead }) => <Badge word={FORM_STATES[form.state]} />;

/** Leads to the hosted form, where there is one for everybody. */
export const OpenForm = ({ form }: { readonly form: FormHead }) =>
  form.state === "open" && form.access === "public" ? (
    <a class="button quiet" href={`/f/${form.id}`}>
      Open the form
    </a>
  ) : null;
