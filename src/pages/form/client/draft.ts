/**
 * What is typed is kept on this device until it is sent: of one form and one version, with its key, so that a sending
 * whose answer was lost is not stored twice. People can turn it off, for all forms, on a device that others use too.
 */
import { inputsIn, make } from "./dom";
import { wordsOf } from "./words";

interface Kept {
  readonly version: string;
  readonly entries: readonly (readonly [name: string, value: string])[];
  /** The page that was shown, from 0 on. */
  readonly at: number;
  /** Milliseconds since the epoch. */
  readonly savedAt: number;
}

export interface Draft {
  /** Takes what is typed along to the page that is opened next. */
  carry(): void;
}

const SAVE_MS = 300;
const DAYS_MAX = 30;
const OFF = "formlog:off";
const nameOf = (form: string) => `formlog:draft:${form}`;

/** A browser may have no storage, or none for a frame of another site: then nothing is kept. */
function tryStorage<T>(storage: "localStorage" | "sessionStorage", use: (store: Storage) => T): T | null {
  try {
    return use(window[storage]);
  } catch {
    return null;
  }
}

/** A response was sent: nothing of it stays here. */
export function forget(form: string): void {
  tryStorage("localStorage", (store) => store.removeItem(nameOf(form)));
}

function forgetAll(): void {
  tryStorage("localStorage", (store) => {
    for (const name of Object.keys(store)) if (name.startsWith(nameOf(""))) store.removeItem(name);
  });
}

export function startDraft(form: HTMLFormElement): Draft {
  const id = form.dataset.form ?? "";
  const name = nameOf(id);
  const isAllowed = form.dataset.keep !== "no";
  let isOn = isAllowed && tryStorage("localStorage", (store) => store.getItem(OFF) === null) === true;
  if (!isAllowed) forget(id);

  const save = () => {
    const kept = read(form);
    if (!isOn) return;
    if (hasAnswers(kept)) tryStorage("localStorage", (store) => store.setItem(name, JSON.stringify(kept)));
    else forget(id);
  };
  const load = () => {
    const carried = take("sessionStorage", name);
    const kept = carried ?? (isOn ? take("localStorage", name) : null);
    if (!kept || form.dataset.refused !== undefined || !isOurs(form, kept)) return;
    write(form, kept);
    if (!carried) tell(form, () => forget(id));
  };
  load();
  if (form.dataset.refused !== undefined) save();

  let timer = 0;
  let leaves = false;
  const saveSoon = () => {
    leaves = false;
    clearTimeout(timer);
    timer = setTimeout(save, SAVE_MS);
  };
  for (const type of ["input", "change"]) form.addEventListener(type, saveSoon);
  form.addEventListener("submit", ({ defaultPrevented }) => {
    // A form that leads to another site shows no page of ours that could forget it.
    if (defaultPrevented || form.dataset.leaves === undefined) return;
    leaves = true;
    clearTimeout(timer);
    forget(id);
  });
  addEventListener("pagehide", () => {
    clearTimeout(timer);
    if (!leaves) save();
  });
  startSwitch(form, isOn, (on) => {
    isOn = on;
    tryStorage("localStorage", (store) => (on ? store.removeItem(OFF) : store.setItem(OFF, "1")));
    if (on) save();
    else forgetAll();
  });
  return {
    carry: () => tryStorage("sessionStorage", (store) => store.setItem(name, JSON.stringify(read(form)))),
  };
}

/** "Keep what I type on this device". */
function startSwitch(form: HTMLFormElement, isOn: boolean, turn: (on: boolean) => void): void {
  const box = form.querySelector<HTMLElement>("[data-keeping]");
  const input = box?.querySelector("input");
  if (!box || !input) return;
  box.hidden = false;
  input.checked = isOn;
  input.addEventListener("change", (event) => {
    event.stopPropagation();
    turn(input.checked);
  });
}

/** The kept draft of a form, which is gone from there when it was only carried along. */
function take(storage: "localStorage" | "sessionStorage", name: string): Kept | null {
  return tryStorage(storage, (store) => {
    const text = store.getItem(name);
    if (storage === "sessionStorage") store.removeItem(name);
    return text === null ? null : (JSON.parse(text) as Kept);
  });
}

function isOurs(form: HTMLFormElement, kept: Kept): boolean {
  const isFresh = Date.now() - kept.savedAt < DAYS_MAX * 86_400_000;
  if (isFresh && kept.version === versionOf(form)) return hasAnswers(kept);
  forget(form.dataset.form ?? "");
  return false;
}

const versionOf = (form: HTMLFormElement) => String(new FormData(form).get("formlog_version"));
const isAnswer = (name: string) => name.startsWith("q_");
const hasAnswers = ({ entries }: Kept) => entries.some(([name, value]) => isAnswer(name) && value !== "");

function read(form: HTMLFormElement): Kept {
  const entries = [...new FormData(form)].flatMap(([name, value]): [string, string][] =>
    typeof value === "string" && (isAnswer(name) || name === "formlog_key") ? [[name, value]] : [],
  );
  return { version: versionOf(form), entries, at: Number(form.dataset.at ?? 0), savedAt: Date.now() };
}

function write(form: HTMLFormElement, { entries, at }: Kept): void {
  const values = new Map<string, string[]>();
  for (const [name, value] of entries) values.set(name, [...(values.get(name) ?? []), value]);
  for (const input of [...inputsIn(form), ...form.querySelectorAll<HTMLInputElement>("input[type=hidden]")]) {
    const typed = values.get(input.name);
    const isChoice = input instanceof HTMLInputElement && (input.type === "radio" || input.type === "checkbox");
    if (isChoice) input.checked = typed?.includes(input.value) ?? false;
    else if (typed) input.value = typed[0] ?? "";
  }
  // After all parts of the script have started.
  queueMicrotask(() => {
    form.dispatchEvent(new CustomEvent("formlog:go", { detail: at }));
    form.dispatchEvent(new Event("change"));
  });
}

/** Says that something was brought back, and how to be rid of it. */
function tell(form: HTMLFormElement, discard: () => void): void {
  const words = wordsOf(form);
  const button = make("button", { type: "button", className: "quiet" }, words.discard);
  const notice = make("div", { className: "notice" }, make("p", {}, words.restored), button);
  notice.setAttribute("role", "status");
  button.addEventListener("click", () => {
    form.reset();
    discard();
    notice.remove();
    form.dispatchEvent(new CustomEvent("formlog:go", { detail: 0 }));
    form.dispatchEvent(new Event("change"));
  });
  form.before(notice);
}
