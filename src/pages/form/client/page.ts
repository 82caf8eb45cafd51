/**
 * The script of the hosted pages. They work without it; it adds pages shown one at a time, questions that come and go,
 * a draft on this device, local time, the device's place. It runs before anything is drawn, so that nothing jumps when
 * it takes over.
 */

import { forget } from "./draft";
import { startForm } from "./form";
import { startFrame } from "./frame";
import { startShare } from "./share";

document.documentElement.classList.add("js");

document.addEventListener("DOMContentLoaded", () => {
  const form = document.querySelector<HTMLFormElement>("form[data-form]");
  if (form) startForm(form);
  const sent = document.querySelector<HTMLElement>("[data-sent]");
  if (sent) forget(sent.dataset.sent ?? "");
  startShare();
  startFrame(sent);
});
