/** The addresses of the editor. */
import { formPath } from "../paths";

export const NEW_FORM = "/console/forms/new";
export const editPath = (form: string, below = ""): string => formPath(form, `edit${below && `/${below}`}`);
export const questionPath = (form: string, key: string, below = ""): string =>
  editPath(form, `questions/${key}${below && `/${below}`}`);
export const rulePath = (form: string, key: string): string => editPath(form, `rules/${key}`);
export const languagePath = (form: string, tag: string): string =>
  editPath(form, `languages/${encodeURIComponent(tag)}`);
export const listPath = (form: string, name: string): string => editPath(form, `lists/${encodeURIComponent(name)}`);
/** The questions, at one of them. */
export const atQuestion = (form: string, key: string, by?: "up" | "down"): string =>
  `${editPath(form)}?${new URLSearchParams({ at: key, ...(by && { by }) })}`;
