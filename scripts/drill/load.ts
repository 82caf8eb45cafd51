/**
 * Fills an installation as time would: its forms begin on the first shard, further shards are opened one after the
 * other, and forms go on there as the first ones get full. Then some responses are edited, reviewed and erased, on
 * whichever shard they lie.
 */
import { ask, sideBySide, type Target } from "./client";

export interface Plan {
  readonly responses: number;
  readonly forms: number;
  readonly shards: number;
  /** Requests at once. */
  readonly parallel: number;
}

export interface LoadedForm {
  readonly id: string;
  readonly integration: string;
  /** Some of its responses, oldest first. */
  readonly sample: readonly string[];
  /** One that came with a key, and what it was answered with. */
  readonly keyed: { readonly item: Item; readonly id: string };
}

interface Item {
  readonly answers: Readonly<Record<string, unknown>>;
  readonly idempotencyKey?: string;
}

const QUESTIONS = [
  { ref: "name", type: "short_text", title: "Name", indexed: true },
  { ref: "age", type: "integer", title: "Age" },
  { ref: "comment", type: "long_text", title: "Comment" },
];
const RULES = [{ name: "old", severity: "flag", expression: "age <= 97", message: "Is that so?" }];
const BATCH = 500;
const ROUNDS_A_SHARD = 3;
/** A form that found no other shard looks again after this time (services/segments.ts). */
const LOOKED_AGAIN_MS = 10_000;

const itemOf = (n: number, keyed: boolean): Item => ({
  answers: { name: `Person ${n}`, age: n % 100, comment: `"यह" ${"so ".repeat(n % 40)}` },
  ...(keyed && { idempotencyKey: `drill-${n}` }),
});

interface Filling {
  readonly id: string;
  integration: string;
  readonly first: number;
  readonly end: number;
  next: number;
  readonly sample: string[];
  keyed: LoadedForm["keyed"] | null;
}

/** All forms with their responses. `root` may open shards. Throws when anything is refused. */
export async function load(target: Target, root: Target, plan: Plan, say: (line: string) => void) {
  const others = Array.from({ length: plan.shards - 1 }, (_, i) => i + 1);
  for (const no of others) await ask(root, "POST", `/v1/shards/${no}/close`);
  const numbers = Array.from({ length: plan.forms }, (_, i) => i);
  const forms = await sideBySide(numbers, plan.parallel, (i) => newForm(target, plan, i));
  const rounds = ROUNDS_A_SHARD * plan.shards;
  for (let round = 0; round < rounds; round += 1) {
    const opened = round / ROUNDS_A_SHARD;
    if (others.includes(opened)) {
      await ask(root, "POST", `/v1/shards/${opened}/open`);
      await new Promise((resolve) => setTimeout(resolve, LOOKED_AGAIN_MS));
    }
    const upTo = ({ first, end }: Filling) => first + Math.round(((end - first) * (round + 1)) / rounds);
    await sideBySide(forms, plan.parallel, (form) => fill(target, form, upTo(form)));
    // Of the other half cursors begin somewhere in the middle.
    if (round === 0) await sideBySide(forms.slice(plan.forms / 2), plan.parallel, (form) => integrate(target, form));
    say(`round ${round + 1} of ${rounds}: ${forms.reduce((sum, { first, next }) => sum + next - first, 0)} responses`);
  }
  return forms.map(({ id, integration, sample, keyed }): LoadedForm => {
    if (!keyed) throw new Error(`the form ${id} got no response: there are fewer responses than forms`);
    return { id, integration, sample, keyed };
  });
}

async function newForm(target: Target, { forms, responses }: Plan, i: number): Promise<Filling> {
  const body = { title: `Form ${i}`, questions: QUESTIONS, rules: RULES };
  const { id } = await ask<{ id: string }>(target, "POST", "/v1/forms", body);
  const first = Math.round((i * responses) / forms);
  const end = Math.round(((i + 1) * responses) / forms);
  const form = { id, integration: "", first, end, next: first, sample: [], keyed: null };
  if (i < forms / 2) await integrate(target, form);
  return form;
}

/** An integration that nobody delivers for: paused. */
async function integrate(target: Target, form: Filling): Promise<void> {
  const at = `/v1/forms/${form.id}/integrations`;
  const config = { url: "https://drill.formlog-tests.io/hook" };
  const { id } = await ask<{ id: string }>(target, "POST", at, { kind: "webhook", config });
  await ask(target, "POST", `${at}/${id}/pause`);
  form.integration = id;
}

interface Answered {
  readonly items: readonly { readonly status: number; readonly id: string }[];
}

async function fill(target: Target, form: Filling, end: number): Promise<void> {
  while (form.next < end) {
    const from = form.next;
    const responses = Array.from({ length: Math.min(BATCH, end - from) }, (_, j) => itemOf(from + j, j === 0));
    const { items } = await ask<Answered>(target, "POST", `/v1/forms/${form.id}/responses/batch`, { responses });
    const refused = items.find(({ status }) => status !== 201);
    if (refused) throw new Error(`a response was refused: ${JSON.stringify(refused)}`);
    const step = Math.ceil(items.length / SAMPLE);
    form.sample.push(...items.filter((_, j) => j % step === 0).map(({ id }) => id));
    const [item, answered] = [responses[0], items[0]];
    if (!form.keyed && item && answered) form.keyed = { item, id: answered.id };
    form.next += responses.length;
  }
}

/** Some more responses to each form; their ids. */
export async function addMore(target: Target, forms: readonly LoadedForm[], parallel: number): Promise<string[]> {
  const ids = await sideBySide(forms, parallel, async ({ id }) => {
    const responses = Array.from({ length: MORE }, (_, i) => itemOf(i, false));
    const { items } = await ask<Answered>(target, "POST", `/v1/forms/${id}/responses/batch`, { responses });
    return items.map((item) => item.id);
  });
  return ids.flat();
}

const MORE = 5;

/** Responses of a batch that are remembered. */
const SAMPLE = 8;
const CHANGED = { edited: 5, reviewed: 2, erased: 20 };

/** Edits, reviews and erases some of each form, the first one excepted. Returns how many. */
export async function change(target: Target, forms: readonly LoadedForm[], parallel: number) {
  const done = { edited: 0, reviewed: 0, erased: 0 };
  await sideBySide(forms, parallel, async ({ id, keyed, sample }) => {
    const all = sample.filter((one) => one !== keyed.id);
    // Spread over all of its segments.
    const wanted = CHANGED.edited + CHANGED.reviewed + CHANGED.erased;
    const some = Array.from(
      { length: Math.min(wanted, all.length) },
      (_, i) => all[Math.floor((i * all.length) / wanted)],
    );
    const any = { "if-match": "*" };
    for (const [i, response] of [...new Set(some)].entries()) {
      const at = `/v1/forms/${id}/responses/${response}`;
      const turn = i % wanted;
      if (turn % 5 === 4) {
        await ask(target, "PATCH", at, { answers: { name: `Edited ${i}` } }, any);
        done.edited += 1;
      } else if (turn % 13 === 12) {
        await ask(target, "POST", `${at}/review`, { state: "approved", comment: "Good" }, any);
        done.reviewed += 1;
      } else {
        await ask(target, "DELETE", at);
        done.erased += 1;
      }
    }
  });
  return done;
}
