/** The way to the pages of a form's integrations. */
import { kindTitle } from "../../../services/names";
import { FORMS, type FormHead } from "../forms/head";
import type { Crumb } from "../layout";
import { formPath, integrationPath } from "../paths";

/** To a page below those of the form's integrations, or of one of them. */
export const crumbsOf = (form: FormHead, of?: { readonly id: string; readonly kind: string }): readonly Crumb[] => [
  FORMS,
  { name: form.title, path: formPath(form.id, "integrations") },
  ...(of ? [{ name: kindTitle(of.kind), path: integrationPath(form.id, of.id) }] : []),
];
