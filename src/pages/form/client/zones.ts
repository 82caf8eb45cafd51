/** A time that is typed is of this device's clock: its offset goes along, and the note beside the input says so. */
import { all } from "./dom";
import { fillIn, wordsOf } from "./words";

const two = (n: number) => String(Math.floor(n)).padStart(2, "0");

function offsetOf(date: Date): string {
  const minutes = -date.getTimezoneOffset();
  const size = Math.abs(minutes);
  return `${minutes < 0 ? "-" : "+"}${two(size / 60)}:${two(size % 60)}`;
}

/** The offset at the typed time, which may lie on the other side of a change of the clock. */
function setOffsets(form: HTMLFormElement): void {
  for (const hidden of all<HTMLInputElement>(form, "input[data-offset-of]")) {
    const input = form.elements.namedItem(hidden.dataset.offsetOf ?? "");
    const date = new Date(input instanceof HTMLInputElement ? input.value : "");
    hidden.value = Number.isNaN(date.getTime()) ? "" : offsetOf(date);
  }
}

export function startZones(form: HTMLFormElement): void {
  const { zone } = wordsOf(form);
  const name = Intl.DateTimeFormat().resolvedOptions().timeZone || offsetOf(new Date());
  for (const note of all(form, "[data-zone-note]")) note.textContent = fillIn(zone, { zone: name });
  form.addEventListener("formdata", ({ formData }) => {
    setOffsets(form);
    for (const hidden of all<HTMLInputElement>(form, "input[data-offset-of]")) formData.set(hidden.name, hidden.value);
  });
}
