/** The name under which a browser saves a download (RFC 6266). Pure. */

// What file systems refuse, and the marks that turn the direction of what follows ("txt.exe" shown as "exe.txt").
const UNFIT = /[\p{Cc}\\/:*?"<>|\u200E\u200F\u202A-\u202E\u2066-\u2069]+/gu;
const CHARACTERS_MAX = 80;

/** A form's title as a file name without its ending; "responses" when nothing of it is fit for one. */
export function fileName(title: string): string {
  const fit = title.toWellFormed().replace(UNFIT, " ").replace(/\s+/g, " ");
  const cut = [...fit].slice(0, CHARACTERS_MAX).join("");
  return cut.replace(/^[. ]+|[. ]+$/g, "") || "responses";
}

/** The value of Content-Disposition: the name itself for browsers of today, an ASCII one for all others. */
export function attachment(title: string, ending: string): string {
  const name = `${fileName(title)}.${ending}`;
  const ascii = name.replace(/[^\x20-\x7E]/gu, "_").replaceAll("%", "_");
  const encoded = encodeURIComponent(name).replace(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
  return `attachment; filename="${ascii}"; filename*=UTF-8''${encoded}`;
}
