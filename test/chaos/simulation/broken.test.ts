import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import type { Integration } from "../../../src/core/integration";
import { googleSheets } from "../../../src/integrations/google-sheets/index";
import { summary } from "../../../src/integrations/summary/index";
import { twilioSms } from "../../../src/integrations/twilio-sms/index";
import { webhook } from "../../../src/integrations/webhook/index";
import { gatedD1 } from "../../support/gated-d1";
import { checkEvents, hooks } from "./hooks";
import { check, checkIndex, type Simulated, sheets, sms } from "./providers";
import { caughtBy, index, ONE, prepareRuns } from "./runs";

prepareRuns();

/** The first seed whose run goes wrong, or null. */
const caughtAt = (make: () => Promise<Simulated>, ordered: boolean): Promise<number | null> =>
  caughtBy(make, (simulated, expected) => check(simulated, expected, ordered));

// A replay of one seed is about that run alone.
describe.skipIf(ONE)("a build that is broken on purpose is caught within 50 seeds", () => {
  it("the cursor moves before the effect is there", async () => {
    const early: Integration = {
      ...googleSheets,
      async deliver(page, deps) {
        googleSheets.deliver(page, deps as never).catch(() => {});
        return { outcomes: new Map(page.entries.map(({ position }) => [position, { type: "delivered" }])) };
      },
    };
    expect(await caughtAt(() => sheets({ kind: early }), true)).not.toBeNull();
  });

  it("the fence is moved without asserting where it was", async () => {
    const assertion = /\{"(updateNamedRange|deleteNamedRange)":\{[^{}]*(\{[^{}]*\}[^{}]*)?\}\},/g;
    const unfenced: Integration = {
      ...googleSheets,
      deliver: (page, deps) => googleSheets.deliver(page, { ...deps, fetch: without(assertion, deps.fetch) } as never),
    };
    // Only late copies get past a build that still looks before it writes: they are made frequent.
    expect(await caughtAt(() => sheets({ kind: unfenced, modes: ["delay_apply"] }), true)).not.toBeNull();
  });

  it("a message in doubt is sent again without a look", async () => {
    const blind: Integration = {
      ...twilioSms,
      reconcile: async (page) => ({
        outcomes: new Map(page.entries.map(({ position }) => [position, { type: "retry", reason: "again" }])),
      }),
    };
    expect(await caughtAt(() => sms({ kind: blind }), false)).not.toBeNull();
  });

  it("an event gets another id when it is tried again", async () => {
    const renamed: Integration = {
      ...webhook,
      deliver: (page, deps) => {
        const entries = page.entries.map((entry) => ({ ...entry, delivery: `${entry.delivery}x${deps.now()}` }));
        return webhook.deliver({ ...page, entries }, deps as never);
      },
    };
    expect(await caughtBy(() => hooks({ kind: renamed }), checkEvents)).not.toBeNull();
  });

  it("what a receiver says of an edit is not applied", async () => {
    const stubborn: Integration = {
      ...webhook,
      deliver: (page, deps) => {
        const annotate: typeof deps.annotate = async (said) => said.map(() => "done");
        return webhook.deliver(page, { ...deps, ...(page.feed === "revisions" && { annotate }) } as never);
      },
    };
    expect(await caughtBy(() => hooks({ kind: stubborn }), checkEvents)).not.toBeNull();
  });

  it("an index counts without knowing what it has counted", async () => {
    const forgetful = gatedD1(env.TEST_SEARCH_DB, async (run, { sql }) => {
      const looks = sql.some((text) => text.startsWith("SELECT position, content FROM contributions"));
      if (looks) await env.TEST_SEARCH_DB.prepare("DELETE FROM contributions").run();
      return run();
    });
    expect(await caughtBy(() => index(summary, forgetful), checkIndex)).not.toBeNull();
  });

  it("a page in doubt is taken for delivered", async () => {
    const trusting: Integration = {
      ...webhook,
      reconcile: async (page) => ({
        outcomes: new Map(page.entries.map(({ position }) => [position, { type: "delivered" }])),
      }),
    };
    expect(await caughtBy(() => hooks({ kind: trusting }), checkEvents)).not.toBeNull();
  });
});

/** A fetch that takes some requests out of a batchUpdate. */
function without(pattern: RegExp, fetch: (request: Request) => Promise<Response>) {
  return async (request: Request) => {
    if (!request.url.endsWith(":batchUpdate")) return fetch(request);
    const body = (await request.text()).replace(pattern, "");
    return fetch(new Request(request.url, { method: "POST", headers: request.headers, body }));
  };
}
