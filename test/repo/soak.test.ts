/** What a soak calls bounded and flat: its limits over made-up looks. */
import { expect, it } from "vitest";
import { percentFaults } from "../../bench/providers-faults";
import { isKeptUp, pickForm, ratesOf, type SoakForm } from "../../bench/soak-forms";
import { judge } from "../../bench/soak-judge";
import type { Look } from "../../bench/soak-look";

const RATES = ratesOf({ stored: 100, rows: 120, texts: 20, events: 10 }, 0.5);
const good = (i: number): Look => ({
  second: 10 * (i + 1),
  sent: 500,
  ok: 500,
  tooMany: 0,
  failed: 0,
  p50: 5,
  p99: 20,
  lag: { "texts/twilio-sms": 40 },
  rss: 500e6,
  heap: 15e6,
});
/** What is not good of nine looks; the last three are changed. */
const bad = (change: (look: Look, i: number) => Partial<Look>) => {
  const looks = Array.from({ length: 9 }, (_, i) => {
    const look = good(i);
    return i < 6 ? look : { ...look, ...change(look, i) };
  });
  return judge(looks, RATES)
    .filter((figure) => !figure.good)
    .map(({ what }) => what);
};

it("finds nothing in looks that are all alike, and has its say on 429", () => {
  expect(bad(() => ({}))).toEqual([]);
  expect(bad(() => ({ tooMany: 5 }))).toEqual([]);
});

it("finds an error, a lag beyond what comes in ninety seconds, a lag that grows, and memory that grows", () => {
  expect(bad(() => ({ failed: 1 }))).toEqual([expect.stringContaining("other than 2xx")]);
  expect(bad((_, i) => (i === 8 ? { lag: { "texts/twilio-sms": 901 } } : {}))).toEqual([
    expect.stringContaining("lag of texts/twilio-sms"),
  ]);
  expect(bad(() => ({ lag: { "texts/twilio-sms": 101 } }))).toEqual([expect.stringContaining("lag of")]);
  expect(bad(() => ({ rss: 580e6 }))).toEqual([expect.stringContaining("memory of workerd")]);
  expect(bad(() => ({ heap: 18e6 }))).toEqual([expect.stringContaining("heap of the gateway")]);
});

it("gives the form with texts what the texts can do, the one with the webhook what the calls can, and the rest to the sheets", () => {
  expect(RATES).toEqual({ "sheet 1": 17.5, "sheet 2": 17.5, texts: 10, webhooks: 5 });
  expect(ratesOf({ stored: 100, rows: 80, texts: 20, events: 10 }, 0.5)).toMatchObject({ "sheet 1": 12.5, texts: 10 });
  const forms = Object.keys(RATES).map((name) => ({ name, path: name }) as SoakForm);
  const picked = Array.from({ length: 100 }, (_, i) => pickForm(forms, RATES, i / 100).name);
  expect(Object.values(Object.groupBy(picked, (name) => name)).map((all) => all?.length)).toEqual([35, 35, 20, 10]);
});

it("calls kept up with what is delivered as it comes, of each kind", () => {
  const before = { rows: 1_000, texts: 500, events: 0 };
  const all = { rows: 3_000, texts: 900, events: 200 };
  const after = (change: object) => isKeptUp({ before, after: { ...all, ...change } }, RATES, 40);
  expect([after({}), after({ rows: 2_899 }), after({ texts: 879 }), after({ events: 189 })]).toEqual([
    true,
    false,
    false,
    false,
  ]);
});

it("lets faults strike just the share that was asked for, each kind of them alike", () => {
  expect(percentFaults(0)).toEqual({ google: [], twilio: [], receiver: [] });
  const { google } = percentFaults(0.1);
  let left = 1;
  const parts = google.map(({ rate = 0 }) => {
    const part = left * rate;
    left -= part;
    return part;
  });
  expect(1 - left).toBeCloseTo(0.1);
  for (const part of parts) expect(part).toBeCloseTo(0.1 / google.length);
});
