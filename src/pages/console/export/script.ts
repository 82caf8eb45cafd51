/**
 * The script of the export page, as text for the browser: CSV and NDJSON come in parts, so that what has come can be
 * counted in responses and a part that failed be asked for again; a workbook comes in one piece, of which only the
 * bytes can be counted.
 */

/** Responses of a part: seconds each, and little to repeat. */
const PART = 25_000;
const TRIES_MAX = 4;

export const EXPORT_SCRIPT = `(() => {
  const form = document.querySelector("form[data-export]");
  if (!form || !window.ReadableStream) return;
  const box = form.querySelector(".export");
  const [bar, soFar, outcome, stop] = ["progress", "[data-so-far]", "[data-outcome]", "[data-stop]"].map((at) => box.querySelector(at));
  const number = new Intl.NumberFormat("en");
  const megabytes = (bytes) => (bytes / 1e6).toFixed(1) + " MB";
  const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  let cancel = null;

  async function part(address, signal, came) {
    for (let tries = 1; ; tries += 1) {
      let bytes = 0;
      try {
        const answer = await fetch(address, { signal, redirect: "error" });
        if (!answer.ok) throw Object.assign(new Error("refused"), { refused: answer.status < 500 });
        const chunks = [];
        const reader = answer.body.getReader();
        for (let step = await reader.read(); !step.done; step = await reader.read()) {
          chunks.push(step.value);
          came(bytes += step.value.length);
        }
        return { headers: answer.headers, bytes, blob: new Blob(chunks) };
      } catch (error) {
        if (error.name === "AbortError" || error.refused || tries === ${TRIES_MAX}) throw error;
        came(0);
        await wait(tries * 1000);
      }
    }
  }

  async function whole(signal) {
    const query = new URLSearchParams([...new FormData(form)].filter(([, value]) => value !== ""));
    const inParts = query.get("format") !== "xlsx";
    const all = Number(form.dataset.entries);
    const known = inParts && !query.has("after");
    const narrowed = "narrowed" in form.dataset;
    if (inParts) query.set("limit", "${PART}");
    const blobs = [];
    let [bytes, entries, first] = [0, 0, null];
    const tell = (more) => {
      const size = megabytes(bytes + more);
      if (!inParts) return soFar.textContent = size + " have come, of " + number.format(all) + " responses.";
      soFar.textContent = number.format(entries) + (known ? " of " + number.format(all) : "") + (narrowed ? " responses looked through, " : " responses, ") + size + ".";
      if (known) [bar.max, bar.value] = [Math.max(all, entries), entries];
    };
    bar.removeAttribute("value");
    tell(0);
    for (let address = form.action + "?" + query; address; ) {
      const got = await part(address, signal, tell);
      blobs.push(got.blob);
      bytes += got.bytes;
      entries += Number(got.headers.get("formlog-entries"));
      first = first || got.headers;
      tell(0);
      address = (/<([^>]*)>; rel="next"/.exec(got.headers.get("link") || "") || [])[1];
    }
    [bar.max, bar.value] = [1, 1];
    const name = /filename\\*=UTF-8''([^;]+)/.exec(first.get("content-disposition") || "");
    save(new Blob(blobs, { type: first.get("content-type") }), name ? decodeURIComponent(name[1]) : "responses");
    return "Done: " + number.format(entries) + (narrowed ? " responses were looked through." : " responses are in the file.");
  }

  function save(blob, name) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  }

  stop.addEventListener("click", () => cancel && cancel.abort());
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (cancel) return;
    cancel = new AbortController();
    box.hidden = stop.hidden = false;
    outcome.textContent = "";
    form.setAttribute("aria-busy", "true");
    try {
      outcome.textContent = await whole(cancel.signal);
    } catch (error) {
      const stopped = error.name === "AbortError";
      outcome.textContent = stopped ? "Stopped. No file was made." : "It broke off, and no file was made. Try again; if that fails too, reload the page: the session may be over, or an option may be wrong.";
    } finally {
      cancel = null;
      stop.hidden = true;
      form.removeAttribute("aria-busy");
    }
  });
})();
`;
