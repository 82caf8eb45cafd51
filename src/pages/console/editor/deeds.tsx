/** What can be done with a form as a whole, and the page that asks before it is. */
import type { Context } from "../../../context";
import type { AppError } from "../../../core/errors";
import { deleteForm, restoreForm } from "../../../services/form-deletion";
import { duplicateForm, setArchived, setFormState } from "../../../services/form-verbs";
import type { FormView, ShownState } from "../../../services/form-view";
import { FORMS } from "../forms/head";
import { ConfirmPage } from "../parts/confirm";
import { Input } from "../parts/controls";
import { formPath, HOME } from "../paths";
import { editPath } from "./paths";

/** Days in which a deleted form can be restored; as the API has it unless told. */
const RETENTION_DAYS = 30;

interface Deed {
  readonly verb: string;
  readonly hint: string;
  /** What will happen. */
  readonly text: string;
  readonly done: string;
  /** Of which forms. */
  readonly of: readonly ShownState[];
  /** Does it; returns where to go on, if not to the settings. */
  readonly run: (
    ctx: Context,
    workspace: string,
    input: { form: string; title: string },
  ) => Promise<string | undefined>;
}

const nowhere = async (done: Promise<unknown>) => {
  await done;
  return undefined;
};

export const DEEDS = {
  close: {
    verb: "Close",
    hint: "It takes no responses until you open it again.",
    text: "People who open it are told that it is closed; what somebody is typing now can't be sent any more. You can open it again.",
    done: "The form is closed.",
    of: ["open"],
    run: (ctx, workspace, { form }) => nowhere(setFormState(ctx, workspace, { form, state: "closed" })),
  },
  open: {
    verb: "Open",
    hint: "It takes responses again.",
    text: "It takes responses again, in its times and up to its limit.",
    done: "The form is open.",
    of: ["closed"],
    run: (ctx, workspace, { form }) => nowhere(setFormState(ctx, workspace, { form, state: "open" })),
  },
  duplicate: {
    verb: "Duplicate",
    hint: "A new form with the same questions and settings.",
    text: "The new form has the questions, rules and settings of this one, and is open at once if this one was published. It has no responses, integrations or collector links.",
    done: "This is the new form.",
    of: ["open", "closed", "draft", "archived"],
    run: async (ctx, workspace, { form, title }) =>
      editPath((await duplicateForm(ctx, workspace, { form, ...(title !== "" && { title }) })).id),
  },
  archive: {
    verb: "Archive",
    hint: "Puts it away: it takes no responses, and is listed apart.",
    text: "It takes no responses and stands among the archived forms. Its responses can be read, and integrations finish their work. You can take it back.",
    done: "The form is archived.",
    of: ["open", "closed"],
    run: (ctx, workspace, { form }) => nowhere(setArchived(ctx, workspace, { form, archived: true })),
  },
  unarchive: {
    verb: "Take out of the archive",
    hint: "It is open or closed again, as it was.",
    text: "It is open or closed again, as it was before it was archived.",
    done: "The form is in use again.",
    of: ["archived"],
    run: (ctx, workspace, { form }) => nowhere(setArchived(ctx, workspace, { form, archived: false })),
  },
  delete: {
    verb: "Delete",
    hint: `With all its responses. It can be restored for ${RETENTION_DAYS} days.`,
    text: `It is gone for everybody at once, and its integrations stop. For ${RETENTION_DAYS} days it can be restored from the deleted forms; then it is erased with all its responses.`,
    done: "The form is deleted.",
    of: ["open", "closed", "draft", "archived"],
    run: async (ctx, workspace, { form }) => {
      await deleteForm(ctx, workspace, { form, retentionDays: RETENTION_DAYS });
      return `${HOME}?list=deleted`;
    },
  },
  restore: {
    verb: "Restore",
    hint: "Brings it back as it was.",
    text: "It comes back as it was, with its responses and integrations.",
    done: "The form is back.",
    of: ["deleted"],
    run: (ctx, workspace, { form }) => nowhere(restoreForm(ctx, workspace, { form })),
  },
} as const satisfies Readonly<Record<string, Deed>>;

export type DeedName = keyof typeof DEEDS;
export const isDeed = (name: string): name is DeedName => Object.hasOwn(DEEDS, name);
const NAMES = Object.keys(DEEDS).filter(isDeed);

/** What can be done with a form in its state. */
export const deedsOf = ({ state }: Pick<FormView, "state">): readonly DeedName[] =>
  NAMES.filter((name) => (DEEDS[name].of as readonly ShownState[]).includes(state));

interface DeedPageProps {
  readonly form: Pick<FormView, "id" | "title">;
  readonly deed: DeedName;
  readonly title?: string;
  readonly error?: AppError | undefined;
}

export const DeedPage = ({ form, deed, title = "", error }: DeedPageProps) => (
  <ConfirmPage
    title={`${DEEDS[deed].verb}: ${form.title}?`}
    crumbs={[FORMS, { name: form.title, path: formPath(form.id, "settings") }]}
    action={formPath(form.id, `settings/${deed}`)}
    verb={DEEDS[deed].verb}
    back={formPath(form.id, "settings")}
    inputs={
      deed === "duplicate" ? (
        <Input label="Title of the new form" name="title" value={title} maxlength={300} />
      ) : undefined
    }
    error={error}
  >
    <p>{DEEDS[deed].text}</p>
  </ConfirmPage>
);
