/**
 * Questions that come and go with the answers. The server looks at them (check.ts there), as it does when they are
 * sent, and is asked when an answer changes that decides about others. While it can't be reached, what was known last
 * holds.
 */
import { all, frameOf } from "./dom";
import type { Mistake } from "./mistakes";

/** As check.ts of the server answers. */
interface Checked {
  readonly hidden: readonly string[];
  readonly required: readonly string[];
  readonly shown: Readonly<Record<string, string>>;
  readonly problems: readonly Mistake[];
}

export interface State {
  /**
   * What is wrong on a page (its number, from 1 on); nothing is when the server can't be asked: it will say when it is
   * sent.
   */
  check(page: number): Promise<readonly Mistake[]>;
}

const WAIT_MS = 200;
const ASK_SECONDS_MAX = 5;

/** Fires `formlog:state` on the form when questions came or went. */
export function startState(form: HTMLFormElement): State {
  let latest = 0;
  const ask = async (body: URLSearchParams): Promise<readonly Mistake[]> => {
    latest += 1;
    const turn = latest;
    const answer = await askServer(form.dataset.check ?? "", body);
    // An answer that was overtaken by a later one says nothing of what is typed now.
    if (answer && turn === latest) apply(form, answer);
    return answer?.problems ?? [];
  };
  let timer = 0;
  const askSoon = () => {
    clearTimeout(timer);
    timer = setTimeout(ask, WAIT_MS, entriesOf(form, isDeciding));
  };
  const decides = ({ target }: Event) =>
    !(target instanceof Element) || target === form || target.closest("[data-decides]") !== null;
  if (form.querySelector("[data-decides]")) {
    for (const type of ["input", "change"]) form.addEventListener(type, (event) => decides(event) && askSoon());
    // Going back, the browser fills in what was typed, without an event.
    addEventListener("pageshow", () => isGoingBack() && askSoon());
  }
  return {
    check: (page) => {
      clearTimeout(timer);
      const body = entriesOf(form, () => true);
      body.set("formlog_part", String(page));
      return ask(body);
    },
  };
}

const isGoingBack = (): boolean =>
  (performance.getEntriesByType("navigation")[0] as PerformanceNavigationTiming | undefined)?.type === "back_forward";

/** Null: it can't be asked, or the form has another version by now. */
async function askServer(address: string, body: URLSearchParams): Promise<Checked | null> {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), ASK_SECONDS_MAX * 1000);
  try {
    const answer = await fetch(address, { method: "POST", body, signal: stop.signal });
    return answer.ok ? ((await answer.json()) as Checked) : null;
  } catch {
    return null;
  } finally {
    clearTimeout(timer);
  }
}

const isDeciding = (form: HTMLFormElement, ref: string) => frameOf(form, ref)?.dataset.decides !== undefined;

/** What the page says of itself besides answers: its version, and in the console the token of its pages. */
const OWN = new Set(["formlog_version", "formlog_token"]);

/** That, and the answers to some questions: no more goes out than is asked for. */
function entriesOf(form: HTMLFormElement, wanted: (form: HTMLFormElement, ref: string) => boolean): URLSearchParams {
  const body = new URLSearchParams();
  for (const [name, value] of new FormData(form)) {
    const [, ref] = /^q_(\w+)/.exec(name) ?? [];
    if (typeof value === "string" && (OWN.has(name) || (ref && wanted(form, ref)))) body.append(name, value);
  }
  return body;
}

function apply(form: HTMLFormElement, { hidden, required, shown }: Checked): void {
  for (const frame of all(form, "[data-ref]")) {
    const ref = frame.dataset.ref ?? "";
    const text = shown[ref];
    const isShown = frame.dataset.shown !== undefined;
    const output = frame.querySelector("output");
    if (output && text !== undefined && output.textContent !== text) output.textContent = text;
    if (isShown ? text !== undefined : !hidden.includes(ref)) delete frame.dataset.asked;
    else frame.dataset.asked = "no";
    setRequired(frame, required.includes(ref));
  }
  form.dispatchEvent(new Event("formlog:state"));
}

function setRequired(frame: HTMLElement, required: boolean): void {
  const mark = frame.querySelector<HTMLElement>(".required");
  if (!mark || mark.hidden !== required) return;
  mark.hidden = !required;
  const inputs =
    frame.getAttribute("role") === "radiogroup" ? [frame] : all(frame, "div.question > :is(input, select, textarea)");
  for (const input of inputs) {
    if (required) input.setAttribute("aria-required", "true");
    else input.removeAttribute("aria-required");
  }
}
