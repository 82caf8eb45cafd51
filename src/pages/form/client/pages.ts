/**
 * The pages of a form, one at a time. Going on asks the server what is wrong on this one. Each page is an entry of the
 * browser's history, so that its Back does what people expect.
 */
import { all } from "./dom";
import { showMistakes, unreadableIn } from "./mistakes";
import type { State } from "./state";
import { fillIn, wordsOf } from "./words";

/** What an entry of the browser's history says: the page, and the one that led to it. */
interface Entry {
  readonly at: number;
  readonly from?: number;
}

export function startPages(form: HTMLFormElement, state: State): void {
  // A correction is one long page: what is to be mended may stand anywhere in it.
  const parts = form.dataset.flat === undefined ? all(form, "[data-part]") : [form];
  const next = form.querySelector<HTMLButtonElement>("[data-next]");
  const back = form.querySelector<HTMLButtonElement>("[data-back]");
  const send = form.querySelector<HTMLButtonElement>("button[type=submit]");
  const last = form.querySelector<HTMLElement>("[data-last]");
  const lead = document.querySelector<HTMLElement>("[data-lead]");
  if (!send) return;
  let at = 0;
  /** The pages that ask something, and the one that is shown. */
  const asking = () => parts.filter((part, i) => i === at || part.querySelector(".question:not([data-asked=no])"));

  const draw = () => {
    const shown = asking();
    const part = parts[at];
    for (const one of parts) one.hidden = one !== part;
    if (lead) lead.hidden = shown[0] !== part;
    for (const [i, one] of shown.entries()) {
      const text = one.querySelector("[data-progress]");
      if (text) text.textContent = fillIn(wordsOf(form).page, { n: i + 1, all: shown.length });
      const bar = one.querySelector("progress");
      if (bar) Object.assign(bar, { value: i + 1, max: shown.length });
    }
    const isLast = shown[shown.length - 1] === part;
    if (back) back.hidden = shown[0] === part;
    if (next) next.hidden = isLast;
    send.hidden = !isLast;
    if (last) last.hidden = !isLast;
    form.dataset.at = String(at);
  };
  const go = (to: number, { focus = true } = {}) => {
    at = Math.min(Math.max(to, 0), parts.length - 1);
    draw();
    if (!focus) return history.replaceState({ at }, "");
    document.getElementById(parts[at]?.getAttribute("aria-labelledby") ?? "")?.focus();
    scrollTo(0, 0);
  };
  const step = (by: 1 | -1): number => {
    const shown = asking();
    return parts.indexOf(shown[shown.indexOf(parts[at] as HTMLElement) + by] as HTMLElement);
  };
  const advance = async () => {
    const part = parts[at];
    if (!part) return;
    const from = at;
    const unreadable = unreadableIn(part, form);
    const mistakes = unreadable.length > 0 ? unreadable : await state.check(from + 1);
    if (at !== from) return;
    showMistakes(form, part, mistakes);
    // The answer may have brought questions, or taken the pages after this one away.
    const to = step(1);
    if (mistakes.length > 0 || to < 0) return draw();
    history.pushState({ at: to, from }, "");
    go(to);
  };
  const retreat = () => {
    const to = step(-1);
    // Where the entry before this one is that page, it is gone back to, so that the history does not grow.
    if ((history.state as Entry | null)?.from === to) history.back();
    else go(to);
  };

  next?.addEventListener("click", advance);
  back?.addEventListener("click", retreat);
  addEventListener("popstate", ({ state: entry }) => {
    // A link to a question is an entry too, of the page that is shown by then.
    if (entry === null) history.replaceState({ at }, "");
    else if ((entry as Entry).at !== at) go((entry as Entry).at);
  });
  form.addEventListener("formlog:state", draw);
  form.addEventListener("formlog:go", (event) => go((event as CustomEvent<number>).detail, { focus: false }));
  form.addEventListener("submit", (event) => {
    if (send.hidden) {
      event.preventDefault();
      void advance();
      return;
    }
    const unreadable = unreadableIn(form, form);
    if (unreadable.length === 0) return;
    event.preventDefault();
    openFor(`q_${unreadable[0]?.ref}`);
    showMistakes(form, form, unreadable);
  });

  /** Shows the page that an element is on. */
  const openFor = (id: string) => {
    const to = parts.findIndex((part) => part.contains(document.getElementById(id)));
    if (to >= 0 && to !== at) go(to, { focus: false });
  };
  // A link of the summary leads to a question that may be on another page.
  document.addEventListener("click", ({ target }) => {
    const link = target instanceof Element ? target.closest<HTMLAnchorElement>("#summary a") : null;
    if (!link) return;
    openFor(link.hash.slice(1));
    document.getElementById(link.hash.slice(1))?.focus();
  });

  const wrong = form.querySelector(".question.wrong");
  at = Math.max(
    0,
    parts.findIndex((part) => part.contains(wrong)),
  );
  go(at, { focus: false });
}
