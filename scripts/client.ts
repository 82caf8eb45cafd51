/**
 * What browsers get of the hosted form: the scripts of src/pages/form/client/ and the stylesheet of style/, each
 * bundled into one small text for browsers of the last years. Called by generate.ts.
 */
import path from "node:path";
import { build } from "esbuild";

export const CLIENT = "src/pages/form/client.gen.json";

const folder = path.resolve(import.meta.dirname, "../src/pages/form");
const TARGETS = ["chrome87", "firefox90", "safari14"];
const ENTRIES = { script: "client/page.ts", embed: "client/embed.ts", style: "style/index.css" };

/** The texts by name, as src/pages/form/assets.ts serves them. */
export async function bundleClient(): Promise<Record<keyof typeof ENTRIES, string>> {
  const [script, embed, style] = await Promise.all([ENTRIES.script, ENTRIES.embed, ENTRIES.style].map(bundle));
  return { script: script ?? "", embed: embed ?? "", style: style ?? "" };
}

/** One file with all that it imports. */
async function bundle(entry: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [path.join(folder, entry)],
    bundle: true,
    minify: true,
    write: false,
    format: "iife",
    target: TARGETS,
    // Safari 14 has a mistake in a corner of it (WebKit 220950) that nothing here touches.
    supported: { destructuring: true },
    charset: "utf8",
    legalComments: "none",
    // The folder's own tsconfig.json is for its types.
    tsconfigRaw: {},
    logLevel: "warning",
  });
  return outputFiles[0]?.text.trim() ?? "";
}
