/**
 * The three static files of the hosted pages and their addresses. An address holds a hash of its content, so that it may
 * be cached for good and a new deployment is seen at once. Used by layout.tsx and routes.tsx.
 */
import { SCRIPT } from "./script";
import { ICON, STYLE } from "./style";

/** FNV-1a, 32 bits: names a version of our own text, defends against nothing. (crypto.subtle is not for start-up.) */
function fingerprint(text: string): string {
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

const style = asset("css", "text/css; charset=utf-8", STYLE);
const script = asset("js", "text/javascript; charset=utf-8", SCRIPT);
const icon = asset("svg", "image/svg+xml", ICON);
const ASSETS = [style, script, icon];

const path = (one: Asset) => `/f/assets/${one.name}`;
export const ASSET_PATHS = { style: path(style), script: path(script), icon: path(icon) } as const;

/**
 * The asset of a file name, and whether the name is of its present content. Without its hash (`form.css`), or with that
 * of another deployment (a page that is still open), the present content is given, not to be kept.
 */
export function findAsset(name: string): { readonly asset: Asset; readonly current: boolean } | undefined {
  const exact = ASSETS.find((one) => one.name === name);
  if (exact) return { asset: exact, current: true };
  const [, extension] = /^form(?:-[0-9a-f]{8})?\.(css|js|svg)$/.exec(name) ?? [];
  const similar = extension && ASSETS.find((one) => one.name.endsWith(`.${extension}`));
  return similar ? { asset: similar, current: false } : undefined;
}
