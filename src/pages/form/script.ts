/**
 * The script of the hosted form, as text for the browser. The page works without it; it adds: focus on the summary, no
 * second sending while the first is under way, local time for datetimes, "use my location". Served by routes.tsx.
 */

/** A sending that hangs may be tried again after this: the form's key keeps it from being stored twice. */
const SENDING_SECONDS_MAX = 10;

export const SCRIPT = `"use strict";
(() => {
  const summary = document.getElementById("summary");
  if (summary) summary.focus();
  const form = document.querySelector("form[data-form]");
  if (!form) return;
  const input = (name) => form.elements.namedItem(name);

  const button = form.querySelector("button[type=submit]");
  const label = button.textContent;
  let sending = false;
  const setSending = (on) => {
    sending = on;
    button.textContent = on ? button.dataset.busy : label;
    button.setAttribute("aria-disabled", String(on));
  };
  form.addEventListener("submit", (event) => {
    if (sending) return event.preventDefault();
    setOffsets();
    setSending(true);
    setTimeout(() => setSending(false), ${SENDING_SECONDS_MAX * 1000});
  });
  addEventListener("pageshow", () => setSending(false));

  const offsetOf = (date) => {
    const minutes = -date.getTimezoneOffset();
    const two = (n) => String(Math.floor(n)).padStart(2, "0");
    const size = Math.abs(minutes);
    return (minutes < 0 ? "-" : "+") + two(size / 60) + ":" + two(size % 60);
  };
  const setOffsets = () => {
    for (const hidden of form.querySelectorAll("input[data-offset-of]")) {
      const date = new Date(input(hidden.dataset.offsetOf).value);
      hidden.value = Number.isNaN(date.getTime()) ? "" : offsetOf(date);
    }
  };
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  for (const note of form.querySelectorAll("[data-zone-note]")) {
    note.textContent = "In the time zone of this device" + (zone ? " (" + zone + ")." : ".");
  }

  for (const box of form.querySelectorAll("[data-locate]")) {
    if (!("geolocation" in navigator) || !isSecureContext) continue;
    const part = (name) => input(box.dataset.locate + "." + name);
    const status = box.querySelector("[role=status]");
    box.hidden = false;
    for (const name of ["latitude", "longitude"]) {
      part(name).addEventListener("input", () => { part("accuracy").value = ""; });
    }
    box.querySelector("button").addEventListener("click", () => {
      status.textContent = "Looking for this device…";
      navigator.geolocation.getCurrentPosition(
        ({ coords }) => {
          part("latitude").value = coords.latitude.toFixed(6);
          part("longitude").value = coords.longitude.toFixed(6);
          part("accuracy").value = String(Math.round(coords.accuracy));
          status.textContent = "Found, to within " + Math.round(coords.accuracy) + " m.";
        },
        () => { status.textContent = "Not found. Type the numbers instead."; },
        { enableHighAccuracy: true, timeout: 30000 },
      );
    });
  }
})();
`;
