/**
 * A form's next segment is furnished with cursors while somebody pauses, resumes, changes, deletes or makes an
 * integration, or deletes and restores the form. Each of the two is held up before each of its calls to D1 while the
 * other happens as a whole: afterwards every cursor is as people want it, before any sweep.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Context } from "../../src/context";
import { deleteForm, restoreForm } from "../../src/services/form-deletion";
import { deleteIntegration, pauseIntegration, resumeIntegration } from "../../src/services/integration-control";
import { createIntegration } from "../../src/services/new-integration";
import { type Commanded, createCommanded, WEBHOOK } from "../support/commanded";
import { CALLS_MAX, holdAt } from "../support/interrupted";

const LONG = { timeout: 240_000 };

let on: Commanded;
beforeEach(async () => {
  for (const level of ["info", "warn", "error"] as const) vi.spyOn(console, level).mockImplementation(() => {});
  on = await createCommanded();
  await on.begin(1);
});
afterEach(() => void vi.restoreAllMocks());

type Verb = (ctx: Context) => Promise<unknown>;

/** `prepare` before each round; `look` after it, at a form that has a segment more. */
interface Race {
  readonly prepare: () => Promise<void>;
  readonly verb: Verb;
  readonly look: (n: number) => Promise<void>;
}

const open: Verb = (ctx) => on.openNext(ctx);

/** One is held up before each of its calls, round by round, while the other happens. */
async function race(held: Verb, other: Verb, { prepare, look }: Race): Promise<void> {
  let n = 1;
  for (let went = true; went; n += 1) {
    expect(n).toBeLessThan(CALLS_MAX);
    await prepare();
    went = await holdAt(on.ctx, n, held, () => other(on.ctx));
    await look(n);
  }
  expect(n).toBeGreaterThan(4);
}

const states = async (n: number, id: string, state: string) => {
  const found = await on.statesOf(id);
  expect([n, found]).toEqual([n, found.map(() => state)]);
};

/** What is raced with the opening of a segment. */
const RACES: Readonly<Record<string, () => Promise<Race>>> = {
  async "a pause"() {
    const id = await on.integrate();
    return {
      prepare: async () => void (await resumeIntegration(on.ctx, on.workspace, on.named(id))),
      verb: (ctx) => pauseIntegration(ctx, on.workspace, on.named(id)),
      look: (n) => states(n, id, "paused"),
    };
  },
  async "a resume"() {
    const id = await on.integrate();
    return {
      prepare: async () => void (await pauseIntegration(on.ctx, on.workspace, on.named(id))),
      verb: (ctx) => resumeIntegration(ctx, on.workspace, on.named(id)),
      look: (n) => states(n, id, "active"),
    };
  },
  async "the making of an integration"() {
    let id = "";
    return {
      prepare: async () => {},
      verb: async (ctx) => {
        id = (await createIntegration(ctx, on.workspace, { ...WEBHOOK, form: on.form() })).id;
      },
      async look(n) {
        await states(n, id, "active");
        await deleteIntegration(on.ctx, on.workspace, on.named(id));
      },
    };
  },
  async "the deletion of an integration"() {
    let id = "";
    return {
      prepare: async () => {
        id = await on.integrate();
      },
      verb: (ctx) => deleteIntegration(ctx, on.workspace, on.named(id)),
      look: async (n) => expect([n, await on.orphans()]).toEqual([n, []]),
    };
  },
  async "the deletion of its form"() {
    const [runs, paused] = [await on.integrate(), await on.integrate()];
    await pauseIntegration(on.ctx, on.workspace, on.named(paused));
    const input = { form: on.form(), retentionDays: 30 };
    return {
      prepare: async () => {},
      verb: (ctx) => deleteForm(ctx, on.workspace, input),
      async look(n) {
        await states(n, runs, "paused");
        await restoreForm(on.ctx, on.workspace, input);
        await states(n, runs, "active");
        await states(n, paused, "paused");
      },
    };
  },
};

describe.each(Object.entries(RACES))("while a segment is furnished, %s", (_, prepareRace) => {
  it("comes at any moment of the furnishing", LONG, async () => {
    const one = await prepareRace();
    await race(open, one.verb, one);
  });

  it("is held up at any moment while the segment is furnished", LONG, async () => {
    const one = await prepareRace();
    await race(one.verb, open, one);
  });
});

it(
  "a restore that comes while a segment is furnished, begun before the form was deleted, lets all go on",
  LONG,
  async () => {
    const id = await on.integrate();
    const input = { form: on.form(), retentionDays: 30 };
    const verb = async (ctx: Context) => {
      await deleteForm(ctx, on.workspace, input);
      await restoreForm(ctx, on.workspace, input);
    };
    await race(open, verb, { prepare: async () => {}, verb, look: (n) => states(n, id, "active") });
  },
);

it("a pause and a resume at once leave all segments as the later one wants", LONG, async () => {
  const id = await on.integrate();
  await on.openNext();
  await on.openNext();
  const [pause, resume]: Verb[] = [
    (ctx) => pauseIntegration(ctx, on.workspace, on.named(id)),
    (ctx) => resumeIntegration(ctx, on.workspace, on.named(id)),
  ];
  const look = async (n: number) => {
    const [last] = await on.actionsOn(id);
    await states(n, id, last === "integration.paused" ? "paused" : "active");
  };
  await race(pause ?? open, resume ?? open, { prepare: async () => {}, verb: open, look });
  await race(resume ?? open, pause ?? open, { prepare: async () => {}, verb: open, look });
});

it("an integration that is deleted while it is made leaves no cursor", LONG, async () => {
  const verb: Verb = (ctx) => createIntegration(ctx, on.workspace, { ...WEBHOOK, form: on.form() });
  const remove: Verb = async (ctx) => {
    const { body } = await on.span.call("GET", `/v1/forms/${on.form()}/integrations`, { key: on.key });
    for (const { id } of body.items) await deleteIntegration(ctx, on.workspace, on.named(id));
    await on.sweep();
  };
  await race(verb, remove, {
    prepare: async () => {},
    verb,
    async look(n) {
      await remove(on.ctx);
      expect([n, await on.orphans()]).toEqual([n, []]);
    },
  });
});
