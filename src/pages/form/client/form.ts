/** A form with its parts, put together: what each adds stands in its own file. */
import { startDraft } from "./draft";
import { startLocation } from "./location";
import { startPages } from "./pages";
import { startSending } from "./sending";
import { startState } from "./state";
import { takeAlong } from "./switch";
import { startZones } from "./zones";

export function startForm(form: HTMLFormElement): void {
  // Half a date and the like are complained about by pages.ts, in the page's own words and also where they are hidden.
  form.noValidate = true;
  startZones(form);
  startLocation(form);
  const draft = startDraft(form);
  const state = startState(form);
  startPages(form, state);
  startSending(form);
  takeAlong(draft);
  document.getElementById("summary")?.focus();
}
