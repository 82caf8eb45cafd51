/** How the routes of the editor read the working copy and change it. */
import type { Context } from "hono";
import { asDraft, type Draft } from "../../../core/draft/draft";
import { usableDefinition } from "../../../core/draft/usable";
import { AppError } from "../../../core/errors";
import { refuseBody } from "../../../services/refuse-body";
import { changeWorkingCopy, getWorkingCopy, problemsOf, type WorkingCopy } from "../../../services/working-copy";
import type { ConsoleEnv } from "../env";
import { act, show, statusOf } from "../show";
import { GonePage } from "./gone";
import { editPath } from "./paths";
import type { Change } from "./question-fields";

export type ConsoleContext = Context<ConsoleEnv>;

const formOf = (c: ConsoleContext) => c.req.param("form") ?? "";

/** The working copy of the form in the address. */
export const copyOf = (c: ConsoleContext): Promise<WorkingCopy> =>
  getWorkingCopy(c.get("ctx"), c.get("key").workspace, { form: formOf(c) });

/** The same as these pages can edit it. Throws `conflict` for a draft that is edited as JSON only. */
export function draftOf(definition: unknown): Draft {
  const draft = asDraft(definition);
  if (!draft)
    throw new AppError("conflict", { detail: "This draft can only be edited as JSON: its lists are no lists." });
  return draft;
}

/** The revision that the sent page showed. */
export const revisionOf = (c: ConsoleContext): number => Number(c.get("sent").get("revision") ?? "0");

export type Changing = (draft: Draft, copy: WorkingCopy) => Pick<Change, "draft"> & Partial<Change>;

/** Changes the draft as `change` says and leads on; shows the page again where that is refused. */
export function edit(
  c: ConsoleContext,
  action: {
    readonly change: Changing;
    /** Where to go on, by the key that came out. */
    readonly path: (key: string) => string;
    readonly done: string;
    readonly refused: (error: AppError) => Response | Promise<Response>;
  },
): Promise<Response> {
  return act(c, {
    run: async () => {
      let key = "";
      await changeWorkingCopy(c.get("ctx"), c.get("key").workspace, {
        form: formOf(c),
        revision: revisionOf(c),
        change: (definition, copy) => {
          const draft = draftOf(definition);
          const changed = action.change(draft, copy);
          if (changed.problems && changed.problems.length > 0) throw refuseBody(changed.problems);
          key = changed.key ?? "";
          return changed.draft === draft ? definition : changed.draft;
        },
      });
      return { path: action.path(key), done: action.done };
    },
    refused: async (error) => {
      try {
        return await action.refused(error);
      } catch (gone) {
        const isGone = gone instanceof AppError && gone.code === "not_found" && error.code === "stale_draft";
        if (!isGone) throw gone;
        return show(c, <GonePage copy={await copyOf(c)} sent={c.get("sent")} />, statusOf(c, error));
      }
    },
  });
}

/** The working copy as a change would leave it, with what would be wrong then; nothing is stored. */
export function tried(copy: WorkingCopy, change: Changing): WorkingCopy {
  const { draft, problems = [] } = change(draftOf(copy.definition), copy);
  return { ...copy, definition: draft, problems: [...problems, ...problemsOf(draft, copy.types)] };
}

export const usableOf = (copy: WorkingCopy) => usableDefinition(draftOf(copy.definition));

/** To the first page of the editor. */
export const toOutline = (c: ConsoleContext) => () => editPath(formOf(c));

/** What is stored where something else was typed, by the name of the input. */
export function overtaken(
  stored: Readonly<Record<string, string>>,
  sent: URLSearchParams,
  { code }: AppError,
): (readonly [string, string])[] {
  if (code !== "stale_draft") return [];
  return Object.entries(stored).filter(([name, text]) => {
    const typed = sent.getAll(name).at(-1);
    return typed !== undefined && typed.replaceAll("\r\n", "\n") !== text.replaceAll("\r\n", "\n");
  });
}
