/** No second sending while the first is under way. */
import { wordsOf } from "./words";

/** A sending that hangs may be tried again after this: the form's key keeps it from being stored twice. */
const SECONDS_MAX = 10;

export function startSending(form: HTMLFormElement): void {
  const button = form.querySelector<HTMLButtonElement>("button[type=submit]");
  if (!button) return;
  const label = button.textContent;
  let sending = false;
  const set = (on: boolean) => {
    sending = on;
    button.textContent = on ? wordsOf(form).sending : label;
    button.setAttribute("aria-disabled", String(on));
  };
  form.addEventListener("submit", (event) => {
    if (event.defaultPrevented) return;
    if (sending) return event.preventDefault();
    set(true);
    setTimeout(set, SECONDS_MAX * 1000, false);
  });
  addEventListener("pageshow", () => set(false));
}
