/**
 * What script adds to the editor: checks while something is typed (the same form is sent, and what came of it taken out
 * of the answer), and a file that is read into a text. Everything works without it.
 */

const WAIT_MS = 500;

export const EDITOR_SCRIPT = `
(() => {
  const form = document.querySelector("form.live");
  if (form) {
    let timer = 0;
    let turn = 0;
    const check = async () => {
      const mine = ++turn;
      const body = new URLSearchParams(new FormData(form));
      body.set("do", "check");
      const answer = await fetch(form.action, { method: "POST", body }).catch(() => null);
      if (!answer || mine !== turn) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      for (const id of ["live", "live_sample"]) {
        const [now, next] = [document.getElementById(id), page.getElementById(id)];
        if (!now || !next || now.innerHTML === next.innerHTML) continue;
        if (now.contains(document.activeElement)) continue;
        now.replaceChildren(...next.childNodes);
      }
    };
    form.addEventListener("input", ({ target }) => {
      if (target.type === "file") return;
      clearTimeout(timer);
      timer = setTimeout(check, ${WAIT_MS});
    });
    form.addEventListener("submit", () => { clearTimeout(timer); turn += 1; });
  }
  for (const place of document.querySelectorAll("[data-read]")) {
    const into = document.getElementById(place.dataset.read);
    const file = Object.assign(document.createElement("input"), { type: "file", accept: place.dataset.accept || "application/json" });
    file.setAttribute("aria-label", place.dataset.label || "Choose a file");
    file.addEventListener("change", async () => {
      const [one] = file.files;
      if (!one || !into) return;
      if (place.dataset.accept) {
        const reader = new FileReader();
        reader.onload = () => { into.value = reader.result; };
        reader.readAsDataURL(one);
      } else into.value = await one.text();
      into.dispatchEvent(new Event("input", { bubbles: true }));
    });
    place.replaceChildren(file);
  }
})();
`;
