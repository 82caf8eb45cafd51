/**
 * `npm run lighthouse`: Lighthouse in Debian's Chromium on the pages of the hosted form, as a phone on a slow line and
 * as a desktop. The pages are those of the product over services in memory, compressed as the edge compresses. Ends
 * with 1 when a page has less than 95 in performance, accessibility or best practices. `-- --out DIR` keeps the
 * reports.
 */
import { execFile } from "node:child_process";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs, promisify } from "node:util";
import { createTestApp, MemoryForms } from "../../src/pages/form/testing";
import { LOAN, THEME, VISIT } from "../../test/browser/forms";
import { serveApp } from "../../test/support/browser";

const LEAST = 95;
const CATEGORIES = ["performance", "accessibility", "best-practices"] as const;
const PAGES = ["/f/visit", "/f/loan", "/f/loan?lang=ur", "/f/loan/thanks/tv26n5xhnb"];
const LIGHTHOUSE = path.join(import.meta.dirname, "node_modules/lighthouse/cli/index.js");

interface Report {
  readonly categories: Readonly<Record<(typeof CATEGORIES)[number], { readonly score: number | null }>>;
  readonly audits: Readonly<Record<string, { readonly displayValue?: string; readonly numericValue?: number }>>;
}

const { values } = parseArgs({ options: { out: { type: "string" } } });
const out = values.out ?? path.join(tmpdir(), `lighthouse-${process.pid}`);
mkdirSync(out, { recursive: true });

const forms = new MemoryForms();
forms.publish("visit", VISIT);
forms.publish("loan", LOAN, { settings: { theme: THEME } });
const app = createTestApp(forms);
const { server, port } = await serveApp((request) => app.fetch(request));

async function measure(address: string, view: "phone" | "desktop"): Promise<Report> {
  const name = `${view}${address.replaceAll(/\W+/g, "-")}`;
  const file = path.join(out, name);
  const args = [
    `http://127.0.0.1:${port}${address}`,
    `--output=json,html`,
    `--output-path=${file}`,
    `--only-categories=${CATEGORIES.join(",")}`,
    "--chrome-flags=--headless=new --no-sandbox --disable-gpu",
    "--quiet",
    ...(view === "desktop" ? ["--preset=desktop"] : []),
  ];
  const env = { ...process.env, CHROME_PATH: process.env.CHROME_PATH ?? "/usr/bin/chromium" };
  const run = () => promisify(execFile)(process.execPath, [LIGHTHOUSE, ...args], { env });
  // On a busy machine a trace gets lost now and then; Lighthouse itself says to run it again.
  await run().catch(run);
  return JSON.parse(readFileSync(`${file}.report.json`, "utf8")) as Report;
}

let failed = false;
try {
  for (const view of ["phone", "desktop"] as const) {
    for (const address of PAGES) {
      const { categories, audits } = await measure(address, view);
      const scores = CATEGORIES.map((category) => Math.round((categories[category].score ?? 0) * 100));
      failed ||= scores.some((score) => score < LEAST);
      const paint = audits["largest-contentful-paint"]?.displayValue;
      const bytes = Math.round((audits["total-byte-weight"]?.numericValue ?? 0) / 1024);
      console.log(`| ${view} | \`${address}\` | ${scores.join(" | ")} | ${paint} | ${bytes} KB |`);
    }
  }
} finally {
  server.close();
  if (values.out === undefined) rmSync(out, { recursive: true, force: true });
}
process.exitCode = failed ? 1 : 0;
