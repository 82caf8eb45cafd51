/** A form as its owner sees it. */
import { type Access, type Definition, type FormState, unresolved } from "../core/form";
import type { FormSettings } from "../core/form-settings";
import type { Metadata } from "../core/metadata";
import type { FormRow } from "../store/form-reads";
import type { RecheckView } from "./rechecks";

/** A form that is not published, put away or deleted is none of the two that take or refuse responses. */
export type ShownState = FormState | "draft" | "archived" | "deleted";

export interface FormView extends FormSettings {
  readonly id: string;
  /** 0: not published yet. */
  readonly version: number;
  readonly state: ShownState;
  readonly access: Access;
  readonly title: string;
  readonly metadata: Metadata;
  /** The widget that the hosted form shows; null: none. */
  readonly turnstile: { readonly siteKey: string } | null;
  readonly createdAt: string;
  readonly updatedAt: string;
  /** Of a deleted form: until then it can be restored. */
  readonly eraseAt?: string;
}

/** A draft has no definition yet. */
export type FormWithDefinition = FormView &
  Partial<Omit<Definition, "title">> & {
    /** Where the form is read whole: the re-check of its responses that was asked for last. */
    readonly recheck?: RecheckView;
  };

function stateOf(row: FormRow): ShownState {
  if (row.deletedAt !== null) return "deleted";
  if (row.version === 0) return "draft";
  return row.archivedAt === null ? row.state : "archived";
}

export const viewForm = (row: FormRow): FormView => ({
  id: row.id,
  version: row.version,
  state: stateOf(row),
  access: row.access,
  title: row.title,
  metadata: row.metadata,
  turnstile: row.turnstile && { siteKey: row.turnstile.siteKey },
  ...row.settings,
  createdAt: new Date(row.createdAt).toISOString(),
  updatedAt: new Date(row.updatedAt).toISOString(),
  ...(row.eraseAt !== null && { eraseAt: new Date(row.eraseAt).toISOString() }),
});

/** Without its logo, which is larger than all the rest of it. */
export function viewInList(row: FormRow): FormView {
  const { theme, ...form } = viewForm(row);
  if (!theme?.logo) return viewForm(row);
  const { logo: _, ...rest } = theme;
  return { ...form, theme: rest };
}

export const withDefinition = (form: FormView, definition: Definition | null): FormWithDefinition => ({
  ...form,
  ...(definition && unresolved(definition)),
});
