/** An installation with a browser at its console, for the tests of one file. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { BrowserContextOptions, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect } from "vitest";
import { browse, type Site } from "./browser";
import { type Stack, startStack } from "./stack";

export type Session = NonNullable<BrowserContextOptions["storageState"]>;

export interface Visits {
  readonly stack: Stack;
  readonly site: Site;
}

/**
 * Starts both before the tests of a file and ends them afterwards; `begin` gets them, and makes what the tests find.
 * After each test no page is open, and none has tried to run what its policy forbids.
 */
export function visitConsole(begin: (visits: Visits) => Promise<void>): void {
  const state = mkdtempSync(path.join(tmpdir(), "formlog-console-"));
  let stack: Stack | undefined;
  let site: Site | undefined;
  beforeAll(async () => {
    stack = await startStack(state);
    site = await browse(await stack.url());
    await begin({ stack, site });
  });
  afterAll(async () => {
    await site?.close();
    await stack?.close();
    rmSync(state, { recursive: true, force: true });
  });
  afterEach(async () => {
    expect(site?.refused).toEqual([]);
    await site?.leave();
  });
}

/** Signs in on the page for it, and waits for the page that follows. */
export async function signIn(page: Page, key: string, next = "/console/forms"): Promise<void> {
  await page.getByLabel("Key").fill(key);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL(`**${next}`);
}

/** What a browser keeps of a visitor who has signed in. */
export async function sessionOf(site: Site, key: string): Promise<Session> {
  const page = await site.visit("/console/sign-in");
  await signIn(page, key);
  return page.context().storageState();
}
