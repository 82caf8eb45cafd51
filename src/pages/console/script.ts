/**
 * The script of the console, as text for the browser. Every page works without it; it adds: focus on what was refused,
 * the tab of the page in sight, no second sending while the first is under way, the reader's own time, buttons that
 * copy, in filters what goes with the chosen question, and a look again at what is under way (`data-live`: the
 * address).
 */

/** A sending that hangs may be tried again after this. */
const SENDING_SECONDS_MAX = 10;

/** How often what is under way is looked at again. */
const LIVE_SECONDS = 3;

export const SCRIPT = `"use strict";
(() => {
  const problem = document.querySelector("#problem, #summary[role=alert]");
  if (problem) problem.focus();

  // Of a form's many tabs a phone shows four: the page that one is on is among them.
  const tab = document.querySelector(".tabs [aria-current]");
  if (tab) {
    const bar = tab.parentElement;
    bar.scrollLeft = tab.offsetLeft - bar.offsetLeft - (bar.clientWidth - tab.offsetWidth) / 2;
  }

  for (const time of document.querySelectorAll("time[datetime]")) {
    const at = new Date(time.dateTime);
    if (!Number.isNaN(at.getTime())) time.title = at.toLocaleString(undefined, { dateStyle: "full", timeStyle: "long" });
  }

  for (const form of document.querySelectorAll("form[data-action]")) {
    let sending = false;
    form.addEventListener("submit", (event) => {
      if (sending) return event.preventDefault();
      sending = true;
      form.setAttribute("aria-busy", "true");
      setTimeout(() => { sending = false; form.removeAttribute("aria-busy"); }, ${SENDING_SECONDS_MAX * 1000});
    });
    addEventListener("pageshow", () => { sending = false; form.removeAttribute("aria-busy"); });
  }

  for (const button of document.querySelectorAll("[data-copy]")) {
    if (!navigator.clipboard) break;
    const box = button.closest(".copyable");
    const text = box.querySelector("textarea");
    button.hidden = false;
    button.addEventListener("click", async () => {
      text.select();
      await navigator.clipboard.writeText(text.value);
      box.querySelector("[role=status]").textContent = "Copied";
    });
  }
  const live = () => [...document.querySelectorAll("[data-live]")];
  const refresh = async () => {
    const shown = live().filter((part) => !part.contains(document.activeElement));
    if (document.visibilityState === "visible" && shown.length > 0) {
      const answer = await fetch(shown[0].dataset.live).catch(() => null);
      if (answer && (!answer.ok || answer.redirected)) return;
      const next = answer && new DOMParser().parseFromString(await answer.text(), "text/html");
      for (const part of shown) {
        const fresh = next?.getElementById(part.id);
        if (fresh) part.replaceWith(fresh);
      }
    }
    if (live().length > 0) setTimeout(refresh, ${LIVE_SECONDS * 1000});
  };
  if (live().length > 0) setTimeout(refresh, ${LIVE_SECONDS * 1000});

  const filter = document.querySelector("form[data-filter]");
  if (filter) {
    const { about, is, value } = filter.elements;
    const key = filter.querySelector("[data-metadata-key]");
    const fit = () => {
      const chosen = about.selectedOptions[0];
      const fitting = (chosen.dataset.operators || "").split(" ").filter(Boolean);
      for (const option of is.options) option.hidden = option.disabled = fitting.length > 0 && !fitting.includes(option.value);
      if (is.selectedOptions[0]?.disabled) is.value = fitting[0];
      key.hidden = about.value !== "metadata:";
      const choices = document.getElementById("choices_" + about.value);
      if (choices) value.setAttribute("list", choices.id);
      else value.removeAttribute("list");
    };
    about.addEventListener("change", fit);
    addEventListener("pageshow", fit);
    fit();
  }
})();
`;
