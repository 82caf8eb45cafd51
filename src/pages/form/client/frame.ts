/**
 * Inside a frame of another site: tells the script there (embed.ts) how high the page is, and that a response was sent.
 */
import { HEIGHT, SENT } from "./messages";

/** The height and the receipt are no secrets of the site around us: it alone may frame this page (frame-ancestors). */
const tell = (message: object) => parent.postMessage(message, "*");

export function startFrame(sent: HTMLElement | null): void {
  if (parent === window || document.documentElement.dataset.embedded === undefined) return;
  const main = document.querySelector("main");
  if (!main) return;
  new ResizeObserver(() => tell({ type: HEIGHT, height: Math.ceil(main.getBoundingClientRect().height) })).observe(
    main,
  );
  if (sent) tell({ type: SENT, receipt: sent.dataset.receipt ?? null });
}
