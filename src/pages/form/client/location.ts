/** "Use my location", where the device lets us ask for it. */
import { all } from "./dom";
import { fillIn, wordsOf } from "./words";

const SECONDS_MAX = 30;
/** Digits of a degree: a tenth of a metre. */
const DIGITS = 6;

export function startLocation(form: HTMLFormElement): void {
  if (!("geolocation" in navigator) || !isSecureContext) return;
  for (const box of all(form, "[data-locate]")) startBox(form, box);
}

function startBox(form: HTMLFormElement, box: HTMLElement): void {
  const words = wordsOf(form);
  const part = (name: string) => form.elements.namedItem(`${box.dataset.locate}.${name}`) as HTMLInputElement;
  const [button, status] = [box.querySelector("button"), box.querySelector("[role=status]")];
  if (!button || !status) return;
  box.hidden = false;
  // What is typed by hand is not as exact as the device said of another place.
  for (const name of ["latitude", "longitude"]) {
    part(name).addEventListener("input", () => {
      part("accuracy").value = "";
    });
  }
  button.addEventListener("click", () => {
    status.textContent = words.locating;
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        part("latitude").value = coords.latitude.toFixed(DIGITS);
        part("longitude").value = coords.longitude.toFixed(DIGITS);
        part("accuracy").value = String(Math.round(coords.accuracy));
        status.textContent = fillIn(words.located, { n: Math.round(coords.accuracy) });
        form.dispatchEvent(new Event("change", { bubbles: true }));
      },
      () => {
        status.textContent = words.notLocated;
      },
      { enableHighAccuracy: true, timeout: SECONDS_MAX * 1000 },
    );
  });
}
