/**
 * People who submit, one by one and in batches, and who edit and erase some of it later. Whoever gets no answer sends
 * the same again with the same key until there is one, so that what was submitted is known exactly.
 */
import { type Answers, cellsOf, type Planned, planDetails, planResponse, textOf } from "./answers";
import { ask, insist } from "./client";
import { pause } from "./options";
import { createRandom, type Random } from "./simulation/random";
import type { Submitted } from "./verify";

const CLIENTS = 12;
const BATCH = 20;

export interface LoadInput {
  /** Addresses of the forms that they are spread over: `…/v1/forms/{form}`. */
  readonly forms: readonly string[];
  readonly key: string;
  readonly responses: number;
  /** Submissions a second while there are answers. */
  readonly rate: number;
  readonly seed: number;
}

export interface Load {
  /** How many were answered with 201 so far. */
  readonly stored: () => number;
  /** What happened besides. */
  readonly counts: { again: number; spooled: number; repeated: number; edited: number; erased: number };
  /** Resolves when all is submitted, edited and erased. */
  readonly done: Promise<Submitted[]>;
}

interface Stored {
  readonly form: Form;
  readonly planned: Planned;
  readonly id: string;
  readonly receivedAt: string;
  readonly random: Random;
  answers: Answers | null;
}

/** A form, by its place among the forms, and the key that reads it. */
interface Form {
  readonly at: number;
  readonly url: string;
  readonly key: string;
}

export function startLoad(input: LoadInput): Load {
  const { responses, rate, seed, key } = input;
  const forms = input.forms.map((url, at): Form => ({ at, url, key }));
  const all: Stored[] = [];
  const later: { due: number; change: () => Promise<void> }[] = [];
  const counts = { again: 0, spooled: 0, repeated: 0, edited: 0, erased: 0 };
  let taken = 0;
  let slot = 0;

  const take = async (most: number): Promise<number[]> => {
    const count = Math.min(most, responses - taken);
    const numbers = Array.from({ length: count }, (_, i) => taken + i);
    taken += count;
    slot = Math.max(slot, Date.now()) + (count * 1000) / rate;
    await pause(slot - Date.now());
    return numbers;
  };
  const keep = (one: Stored) => {
    all.push(one);
    const { planned, random } = one;
    // Their reasons would change with them.
    if (planned.parkedAtSheet || planned.parkedAtPhone) return;
    const [edit, erase] = [random.chance(0.03), random.chance(0.01)];
    if (edit || erase) {
      const change = () => (erase ? eraseOne(one) : editOne(one));
      later.push({ due: taken + random.below(400), change });
      counts[erase ? "erased" : "edited"] += 1;
    }
  };
  const client = async (batches: boolean): Promise<void> => {
    while (taken < responses) {
      const numbers = await take(batches ? BATCH : 1);
      const form = forms[(numbers[0] ?? 0) % forms.length];
      if (!form) return;
      const plans = numbers.map((n) => ({ random: createRandom(seed * 100_003 + n), n }));
      const items = plans.map(({ n, random }) => ({ form, planned: planResponse(n, random), random }));
      for (const one of batches ? await submitBatch(form, items, counts) : await submitEach(items, counts)) keep(one);
      const at = later.findIndex(({ due }) => due <= taken);
      if (at >= 0) await later.splice(at, 1)[0]?.change();
    }
  };
  const run = async (): Promise<Submitted[]> => {
    await Promise.all(Array.from({ length: CLIENTS }, (_, i) => client(i % 4 === 3)));
    for (const { change } of later) await change();
    return all.map(expectedOf);
  };
  return { stored: () => all.length, counts, done: run() };
}

type Item = Pick<Stored, "form" | "planned" | "random">;
type Counts = Load["counts"];

const keyOf = ({ planned }: Item) => `chaos-${planned.n}`;
const storedAs = (item: Item, { id, receivedAt }: { id: string; receivedAt: string }): Stored => ({
  ...item,
  id,
  receivedAt,
  answers: item.planned.answers,
});

async function submitEach(items: readonly Item[], counts: Counts): Promise<Stored[]> {
  return Promise.all(items.map((item) => submitOne(item, counts)));
}

/** Until 201. A 202 is no end: the local queue that holds it does not survive a kill, the same key does. */
async function submitOne(item: Item, counts: Counts): Promise<Stored> {
  const url = `${item.form.url}/responses`;
  const call = {
    key: item.form.key,
    body: { answers: item.planned.answers },
    headers: { "idempotency-key": keyOf(item) },
  };
  for (;;) {
    const answer = await ask("POST", url, call);
    if (answer?.status === 201) {
      const stored = storedAs(item, answer.body);
      if (!item.random.chance(0.02)) return stored;
      const repeat = await insist("POST", url, { ...call, status: 201 });
      if (repeat.id !== stored.id) throw new Error(`Stored twice under one key: ${stored.id} and ${repeat.id}`);
      counts.repeated += 1;
      return stored;
    }
    if (answer && answer.status !== 202) throw new Error(`Refused: ${answer.status} ${JSON.stringify(answer.body)}`);
    counts[answer ? "spooled" : "again"] += 1;
    await pause(200);
  }
}

/** All at once; what was not stored so is submitted one by one, with the same keys. */
async function submitBatch({ url, key }: Form, items: readonly Item[], counts: Counts): Promise<Stored[]> {
  const responses = items.map((item) => ({ answers: item.planned.answers, idempotencyKey: keyOf(item) }));
  const answer = await ask("POST", `${url}/responses/batch`, { key, body: { responses } });
  const answered: { index: number; status: number; id: string; receivedAt: string }[] = answer?.body.items ?? [];
  const stored = new Map(answered.filter(({ status }) => status === 201).map((receipt) => [receipt.index, receipt]));
  return Promise.all(
    items.map((item, i) => {
      const receipt = stored.get(i);
      return receipt ? storedAs(item, receipt) : submitOne(item, counts);
    }),
  );
}

/** Puts other details in the place of the present ones; the name, which the text shows, stays. */
async function editOne(one: Stored): Promise<void> {
  const { name, phone } = one.planned.answers;
  const details = planDetails(one.random);
  const gone = Object.keys(one.planned.answers).filter((ref) => ref !== "name" && ref !== "phone");
  const answers = { ...Object.fromEntries(gone.map((ref) => [ref, null])), ...details };
  const url = `${one.form.url}/responses/${one.id}`;
  const { key } = one.form;
  for (;;) {
    const { revision } = await insist("GET", url, { key, status: 200 });
    // An edit whose answer was lost.
    if (revision > 1) break;
    const answer = await ask("PATCH", url, { key, body: { answers }, headers: { "if-match": `"${revision}"` } });
    if (answer?.status === 200) break;
    if (answer && answer.status !== 412) throw new Error(`An edit was refused: ${answer.status}`);
  }
  one.answers = { name, phone, ...details };
}

async function eraseOne(one: Stored): Promise<void> {
  const { url, key } = one.form;
  await insist("DELETE", `${url}/responses/${one.id}`, { key, status: 204 });
  one.answers = null;
}

function expectedOf({ form, planned, id, receivedAt, answers }: Stored): Submitted {
  return {
    id,
    sheet: form.at,
    cells: cellsOf({ id, receivedAt, answers }),
    to: planned.answers.phone,
    text: textOf(id, planned.answers),
    erased: answers === null,
    parkedAtSheet: planned.parkedAtSheet,
    parkedAtPhone: planned.parkedAtPhone,
  };
}
