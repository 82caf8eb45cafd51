/** The buttons of the page that shares a form. */
import { all } from "./dom";

export function startShare(): void {
  for (const button of all(document, "[data-copy]")) startCopy(button);
  for (const button of all(document, "[data-share-url]")) {
    button.hidden = !("share" in navigator);
    const { shareUrl: url = "", title = "" } = button.dataset;
    // Somebody who closes the system's own dialogue has not failed at anything.
    button.addEventListener("click", () => navigator.share({ url, title }).catch(() => {}));
  }
}

function startCopy(button: HTMLElement): void {
  const box = button.closest(".copyable");
  const [text, status] = [box?.querySelector("textarea"), box?.querySelector("[role=status]")];
  if (!text || !status || !navigator.clipboard) return;
  button.hidden = false;
  button.addEventListener("click", async () => {
    text.select();
    await navigator.clipboard.writeText(text.value);
    status.textContent = button.dataset.copied ?? "";
  });
}
