/**
 * The static files of the hosted pages and their addresses. An address holds a hash of its content, so that it may be
 * kept for good and a new deployment is seen at once; that of a stylesheet also the colour of a form. `npm run
 * generate` makes the content (scripts/client.ts). Used by layout.tsx and static.ts.
 */
import built from "./client.gen.json";
import { themeCss } from "./theme";

export const ICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="8" fill="#0b6b5d"/><path d="M9 10h14M9 16h14M9 22h8" stroke="#fff" stroke-width="3" stroke-linecap="round"/></svg>`;

/** FNV-1a, 32 bits: names a version of our own text, defends against nothing. (crypto.subtle is not for start-up.) */
export function fingerprint(text: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, "0");
}

export interface Asset {
  readonly name: string;
  readonly type: string;
  readonly text: string;
}

const asset = (extension: string, type: string, text: string): Asset => ({
  name: `form-${fingerprint(text)}.${extension}`,
  type,
  text,
});

const style = asset("css", "text/css; charset=utf-8", built.style);
const script = asset("js", "text/javascript; charset=utf-8", built.script);
const icon = asset("svg", "image/svg+xml", ICON);
const ASSETS = [style, script, icon];

const path = (name: string) => `/f/assets/${name}`;
export const ASSET_PATHS = { script: path(script.name), icon: path(icon.name), embed: path("embed.js") } as const;

/** The icon within the page: one with a logo has its four requests already. */
export const ICON_DATA = `data:image/svg+xml,${encodeURIComponent(ICON)}`;

/** The stylesheet, with a colour `#rrggbb` of a form. */
export const stylePath = (color?: string): string =>
  path(color === undefined ? style.name : style.name.replace(".css", `-${color.slice(1).toLowerCase()}.css`));

/** The script of other sites: its address is in their pages, so that it never changes. */
export const EMBED: Asset = { name: "embed.js", type: "text/javascript; charset=utf-8", text: built.embed };

/**
 * The asset of a file name, and whether the name is of its present content. Without its hash (`form.css`), or with that
 * of another deployment (a page that is still open), the present content is given, not to be kept.
 */
export function findAsset(name: string): { readonly asset: Asset; readonly current: boolean } | undefined {
  if (name === EMBED.name) return { asset: EMBED, current: false };
  const [, plain, color, extension] = /^(form(?:-[0-9a-f]{8})?)(-[0-9a-f]{6})?\.(css|js|svg)$/.exec(name) ?? [];
  const found = ASSETS.find((one) => one.name.endsWith(`.${extension}`));
  if (!found || (color !== undefined && extension !== "css")) return undefined;
  const text = color === undefined ? found.text : found.text + themeCss(`#${color.slice(1)}`);
  return { asset: { ...found, text }, current: found.name === `${plain}.${extension}` };
}
