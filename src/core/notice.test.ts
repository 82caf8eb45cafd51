import { describe, expect, it } from "vitest";
import { type Blocked, blockedAfter } from "./notice";

const page = (cause: string | null, delivered = false, now = 2_000) => ({ cause, delivered, now });
const blocked: Blocked = { since: 1_000, causes: ["Share it."] };

describe("a cause that stops an integration", () => {
  it("is told, and again only when it is another one", () => {
    expect(blockedAfter(null, page("Share it."))).toEqual({
      blocked: { since: 2_000, causes: ["Share it."] },
      incident: { event: "blocked", since: 2_000, reason: "Share it." },
    });
    expect(blockedAfter(blocked, page("Share it."))).toEqual({ blocked, incident: null });
    const both = { since: 1_000, causes: ["Share it.", "Store a key."] };
    expect(blockedAfter(blocked, page("Store a key."))).toEqual({
      blocked: both,
      incident: { event: "blocked", since: 1_000, reason: "Store a key." },
    });
    expect(blockedAfter(both, page("Share it."))).toEqual({ blocked: both, incident: null });
  });

  it("is no new one when something was delivered before it stopped the page", () => {
    expect(blockedAfter(blocked, page("Share it.", true))).toEqual({ blocked, incident: null });
  });

  it("that is worded anew each time is told ten times at most", () => {
    let [state, told]: [Blocked | null, number] = [null, 0];
    for (let i = 0; i < 30; i += 1) {
      const after = blockedAfter(state, page(`Cause ${i}.`));
      state = after.blocked;
      told += after.incident ? 1 : 0;
    }
    expect([told, state?.causes.length]).toEqual([10, 10]);
  });
});

describe("an integration that was stopped", () => {
  it("is not mended by a page that delivers nothing", () => {
    expect(blockedAfter(blocked, page(null))).toEqual({ blocked, incident: null });
  });

  it("has recovered when something is delivered, which is told once, with the newest cause", () => {
    const incident = { event: "recovered", since: 1_000, reason: "Share it." };
    expect(blockedAfter(blocked, page(null, true))).toEqual({ blocked: null, incident });
    expect(blockedAfter(null, page(null, true))).toEqual({ blocked: null, incident: null });
  });
});
