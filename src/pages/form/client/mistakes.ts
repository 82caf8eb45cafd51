/**
 * Mistakes as the server's page shows them (question.tsx, summary.tsx): at each question, and together over the form.
 */
import { all, frameOf, type Input, inputsIn, make } from "./dom";
import { wordsOf } from "./words";

export interface Mistake {
  readonly ref: string;
  readonly text: string;
}

/** Takes the mistakes of these questions away. */
function clearMistakes(root: ParentNode): void {
  for (const frame of all(root, ".question.wrong")) {
    frame.classList.remove("wrong");
    const error = frame.querySelector(".error");
    for (const element of [frame, ...all(frame, "[aria-invalid], [aria-describedby]")]) {
      element.removeAttribute("aria-invalid");
      const ids = (element.getAttribute("aria-describedby") ?? "").split(" ").filter((id) => id && id !== error?.id);
      if (ids.length > 0) element.setAttribute("aria-describedby", ids.join(" "));
      else element.removeAttribute("aria-describedby");
    }
    error?.remove();
  }
}

/**
 * Shows the mistakes of a part of the form, and nothing of what was wrong there before; the focus goes to the summary.
 */
export function showMistakes(form: HTMLFormElement, part: ParentNode, mistakes: readonly Mistake[]): void {
  document.getElementById("summary")?.remove();
  clearMistakes(part);
  if (mistakes.length === 0) return;
  for (const { ref, text } of mistakes) addTo(form, ref, text);
  const list = make("ul");
  for (const mistake of mistakes) list.append(make("li", {}, entry(form, mistake)));
  const title = make("h2", { id: "summary_title" }, wordsOf(form).look);
  const summary = make("div", { className: "summary", id: "summary", tabIndex: -1 }, title, list);
  summary.setAttribute("role", "alert");
  summary.setAttribute("aria-labelledby", title.id);
  form.before(summary);
  summary.focus();
}

function entry(form: HTMLFormElement, { ref, text }: Mistake): Node {
  const title = frameOf(form, ref)?.querySelector(".title > span")?.textContent ?? "";
  const link = make("a", { href: `#q_${ref}` }, make("span", { dir: "auto" }, title));
  link.append(/[?!.:؟।]$/.test(title) ? " " : ": ", make("span", { dir: "auto" }, text));
  return link;
}

function addTo(form: HTMLFormElement, ref: string, text: string): void {
  const frame = frameOf(form, ref);
  const after = frame?.querySelector(".hint, .title");
  if (!frame || !after) return;
  const word = make("span", { className: "sr" }, `${wordsOf(form).error}: `);
  const line = make("p", {}, word, make("span", { dir: "auto" }, text));
  const known = frame.querySelector(".error");
  if (known) {
    known.append(line);
    return;
  }
  const error = make("div", { className: "error", id: `error_${ref}` }, line);
  (frame.querySelector(".hint") ?? after).after(error);
  frame.classList.add("wrong");
  for (const element of describedBy(frame)) {
    const before = element.getAttribute("aria-describedby");
    element.setAttribute("aria-describedby", before ? `${error.id} ${before}` : error.id);
  }
  for (const element of invalidIn(frame)) element.setAttribute("aria-invalid", "true");
}

const isGroup = (frame: HTMLElement) => frame.tagName === "FIELDSET";
const describedBy = (frame: HTMLElement): HTMLElement[] => (isGroup(frame) ? [frame] : inputsIn(frame));
/** A radio can't be wrong by itself, its group can. */
const invalidIn = (frame: HTMLElement): HTMLElement[] =>
  frame.getAttribute("role") === "radiogroup" ? [frame] : inputsIn(frame);

/** What the browser can't read, so that it would be sent as nothing: half a date. */
export function unreadableIn(root: ParentNode, form: HTMLFormElement): Mistake[] {
  const bad = inputsIn(root).filter((input: Input) => input.validity.badInput);
  const refs = new Set(bad.map((input) => input.closest<HTMLElement>("[data-ref]")?.dataset.ref ?? ""));
  return [...refs].map((ref) => ({ ref, text: wordsOf(form).unreadable }));
}
