/** The static files of the console, at addresses with a hash of their content, so that they may be kept for good. */
import { type Asset, fingerprint, ICON } from "../form/assets";
import { EDITOR_SCRIPT } from "./editor/script";
import { EDITOR_STYLE } from "./editor/style";
import { EXPORT_SCRIPT } from "./export/script";
import { PLOT_STYLE } from "./plots/style";
import { SCRIPT } from "./script";
import { STYLE } from "./style";
import { WORK_STYLE } from "./style-work";

const asset = (extension: string, type: string, text: string): Asset => ({
  name: `console-${fingerprint(text)}.${extension}`,
  type,
  text,
});

const style = asset("css", "text/css; charset=utf-8", STYLE + PLOT_STYLE + EDITOR_STYLE + WORK_STYLE);
const script = asset("js", "text/javascript; charset=utf-8", SCRIPT + EDITOR_SCRIPT + EXPORT_SCRIPT);
const icon = asset("svg", "image/svg+xml", ICON);

const ASSETS = new Map([style, script, icon].map((one) => [one.name, one]));

const path = (one: Asset) => `/console/assets/${one.name}`;
export const ASSET_PATHS = { style: path(style), script: path(script), icon: path(icon) } as const;

/** The asset of a file name. */
export const findAsset = (name: string): Asset | undefined => ASSETS.get(name);
