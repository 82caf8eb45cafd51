/**
 * The script of other sites: `<script src="https://…/f/assets/embed.js" data-form="form_…" async></script>` becomes a
 * frame with the form, as high as its content. `data-lang` and `data-link` go along. When a response was sent, the
 * frame gets the event `formlog:sent` with `detail.receipt`.
 */
import { HEIGHT, type HeightMessage, SENT, type SentMessage } from "./messages";

/** Until the page says its own, in CSS pixels; and what no form is higher than. */
const HEIGHT_FIRST = 600;
const HEIGHT_MAX = 30_000;

const script = document.currentScript as HTMLScriptElement | null;
if (script?.dataset.form) embed(script, script.dataset.form);

function embed(place: HTMLScriptElement, form: string): void {
  const { origin } = new URL(place.src);
  const address = new URL(`/f/${encodeURIComponent(form)}`, origin);
  const { lang, link, title } = place.dataset;
  for (const [name, value] of Object.entries({ embed: "1", lang, link })) {
    if (value) address.searchParams.set(name, value);
  }
  const frame = document.createElement("iframe");
  Object.assign(frame, { src: address.href, title: title || "Form", allow: "geolocation" });
  Object.assign(frame.style, { display: "block", width: "100%", border: "0", height: `${HEIGHT_FIRST}px` });
  addEventListener("message", ({ source, origin: from, data }: MessageEvent<HeightMessage | SentMessage | null>) => {
    if (source !== frame.contentWindow || from !== origin || !data) return;
    if (data.type === HEIGHT && data.height > 0) frame.style.height = `${Math.min(data.height, HEIGHT_MAX)}px`;
    if (data.type === SENT) {
      frame.dispatchEvent(new CustomEvent(SENT, { bubbles: true, detail: { receipt: data.receipt } }));
      frame.scrollIntoView({ block: "nearest" });
    }
  });
  place.after(frame);
}
