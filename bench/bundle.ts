/** Workers as they are deployed: in one file, minified. */
import path from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const root = path.resolve(import.meta.dirname, "..");

/** Of the gateway, in bytes (issue 7). */
export const GATEWAY_GZIPPED_MAX = 100 * 1024;

/** The bundle of an entry (from the root), its bytes, also gzipped, and esbuild's account of what is in it. */
export async function bundled(entry: string) {
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    entryPoints: [entry],
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    format: "esm",
    target: "es2024",
    conditions: ["workerd", "worker", "browser"],
    external: ["cloudflare:*", "node:*"],
    logLevel: "error",
  });
  const text = outputFiles[0]?.contents ?? new Uint8Array();
  return { text, metafile, bytes: text.byteLength, zipped: gzipSync(text).byteLength };
}
