import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { type Env, makeContext } from "../../src/context";
import { parseResponseId, segmentOf } from "../../src/core/ids";
import { annotateResponses } from "../../src/store/annotations";
import { call, newForm, newWorkspace, submit } from "../support/api";
import { catchUp } from "../support/indexes";
import { everywhere } from "../support/shards";

const QUESTIONS = [
  { ref: "name", type: "short_text", title: "Name" },
  { ref: "city", type: "dropdown", title: "City", choices: ["pune", "delhi"].map((id) => ({ id, label: id })) },
  {
    ref: "crops",
    type: "multiple_choice",
    title: "Crops",
    choices: ["rice", "wheat"].map((id) => ({ id, label: id })),
  },
  { ref: "again", type: "yes_no", title: "Again?" },
  { ref: "acres", type: "number", title: "Acres" },
  { ref: "since", type: "datetime", title: "Since" },
  { ref: "at", type: "time", title: "At" },
  { ref: "where", type: "location", title: "Where" },
];

let key = "";
let form = "";
beforeEach(async () => {
  key = await newWorkspace();
  form = await newForm(key, { questions: QUESTIONS });
  await call("POST", `/v1/forms/${form}/integrations`, { key, body: { kind: "summary", config: {} } });
});

async function read() {
  await catchUp(form);
  return (await call("GET", `/v1/forms/${form}/summary`, { key })).body;
}
const question = (body: { questions: { ref: string }[] }, ref: string) => body.questions.find((one) => one.ref === ref);

it("counts answers and choices, follows edits and erasures, and calls choices as the newest version does", async () => {
  const first = await submit(form, { name: "Asha", city: "pune", crops: ["rice", "wheat"], again: true });
  const second = await submit(form, { name: "Ravi", city: "delhi", crops: ["rice"] });
  const third = await submit(form, { name: "Uma", again: false });
  const before = await read();
  expect(before).toMatchObject({ total: 3, erased: 0, days: [{ count: 3 }] });
  expect(question(before, "crops")).toMatchObject({ answered: 2, choices: [{ id: "rice", count: 2 }, { count: 1 }] });
  expect(question(before, "again")).toMatchObject({ answered: 2, choices: [{ id: "true", count: 1 }, { count: 1 }] });
  const at = (answer: { body: { id: string } }) => `/v1/forms/${form}/responses/${answer.body.id}`;
  const edit = { key, headers: { "if-match": '"1"' }, body: { answers: { city: "delhi", crops: null } } };
  await call("PATCH", at(first), edit);
  await call("DELETE", at(second), { key });
  await call("DELETE", at(third), { key });
  const renamed = QUESTIONS.map((one) =>
    one.ref === "city" ? { ...one, choices: [{ id: "delhi", label: "Dilli" }] } : one,
  );
  await call("POST", `/v1/forms/${form}/versions`, { key, body: { title: "Visit", questions: renamed } });
  const after = await read();
  expect(after).toMatchObject({ total: 1, erased: 2 });
  expect(question(after, "city")).toMatchObject({ answered: 1, choices: [{ id: "delhi", label: "Dilli", count: 1 }] });
  expect(question(after, "city")).not.toHaveProperty("choices.1");
  expect(question(after, "crops")).toMatchObject({ answered: 0, choices: [{ count: 0 }, { count: 0 }] });
});

it("shows figures of each type of question", async () => {
  await submit(form, { acres: 2.5, since: "2024-03-31T23:30:00+05:30", at: "09:15", name: "Asha" });
  await submit(form, { acres: 1250.75, since: "1850-01-01T00:00:00Z", at: "09:59:59", name: "Asha Rani Deshpande" });
  await submit(form, { crops: ["rice", "wheat"], where: { latitude: 18.5, longitude: 73.8 } });
  const body = await read();
  expect(question(body, "acres")).toMatchObject({
    answered: 2,
    numbers: {
      mean: 626.625,
      standardDeviation: 624.125,
      min: 2.5,
      max: 1300,
      histogram: [
        { value: 2.5, count: 1 },
        { value: 1300, count: 1 },
      ],
    },
  });
  expect(question(body, "since")).toMatchObject({
    months: [
      { month: null, count: 1 },
      { month: "2024-03", count: 1 },
    ],
    hours: [
      { hour: 0, count: 1 },
      { hour: 23, count: 1 },
    ],
  });
  expect(question(body, "at")).toMatchObject({ answered: 2, hours: [{ hour: 9, count: 2 }] });
  expect(question(body, "where")).toEqual({ ref: "where", title: "Where", type: "location", answered: 1 });
  expect(question(body, "crops")).toMatchObject({ picked: [{ choices: 2, count: 1 }] });
  expect(question(body, "name")).toMatchObject({
    lengths: [
      { from: 1, to: 10, count: 1 },
      { from: 11, to: 20, count: 1 },
    ],
  });
});

describe("what a later version does not have", () => {
  const next = async (questions: unknown) =>
    expect((await call("POST", `/v1/forms/${form}/versions`, { key, body: { title: "V", questions } })).status).toBe(
      201,
    );

  it("stays readable as removed, with its last title and labels, also when its responses are edited", async () => {
    const first = await submit(form, { name: "Asha", city: "pune", again: true });
    await submit(form, { name: "Ravi", city: "delhi" });
    const [name, , crops, again] = QUESTIONS;
    const renamed = { ref: "city", type: "dropdown", title: "Town", choices: [{ id: "pune", label: "Poona" }] };
    await next([name, renamed, again]);
    // More versions than are read at once.
    for (let n = 0; n < 11; n += 1) await next([name, crops]);
    const edit = { key, headers: { "if-match": '"1"' }, body: { answers: { name: "Asha R" } } };
    await call("PATCH", `/v1/forms/${form}/responses/${first.body.id}`, edit);
    const body = await read();
    expect(body.questions.map((one: { ref: string }) => one.ref)).toEqual(["name", "crops", "city", "again"]);
    expect(question(body, "name")).not.toHaveProperty("removed");
    expect(question(body, "city")).toEqual({
      ref: "city",
      title: "Town",
      type: "dropdown",
      removed: true,
      answered: 2,
      choices: [
        { id: "pune", label: "Poona", count: 1 },
        { id: "delhi", label: "delhi", count: 1, removed: true },
      ],
    });
    expect(question(body, "again")).toMatchObject({
      removed: true,
      answered: 1,
      choices: [{ id: "true", count: 1 }, {}],
    });
    expect(body.versions).toEqual([
      { version: 1, count: 1 },
      { version: 13, count: 1 },
    ]);
  });
});

it("counts days and hours on the clock of the place that its config names", async () => {
  const { id } = (await call("GET", `/v1/forms/${form}/integrations`, { key })).body.items[0];
  await submit(form, { name: "Asha" });
  await everywhere("UPDATE responses SET received_at = ?", Date.parse("2026-11-22T20:30:00Z"));
  expect(await read()).toMatchObject({
    timeZone: "UTC",
    days: [{ day: "2026-11-22", count: 1 }],
    hours: [{ weekday: "sun", hour: 20, count: 1 }],
  });
  const at = `/v1/forms/${form}/integrations/${id}`;
  expect((await call("PATCH", at, { key, body: { config: { timeZone: "Asia/Pune" } } })).status).toBe(422);
  expect((await call("PATCH", at, { key, body: { config: { timeZone: "Asia/Kolkata" } } })).status).toBe(200);
  expect(await read()).toMatchObject({
    timeZone: "Asia/Kolkata",
    days: [{ day: "2026-11-23", count: 1 }],
    hours: [{ weekday: "mon", hour: 2, count: 1 }],
  });
});

it("counts flagged responses by rule, and by the integration that flags them, also when nobody edits them", async () => {
  const rules = [{ name: "small", severity: "flag", expression: "acres >= 1.0", message: "Is it so small?" }];
  const definition = { title: "Visit", questions: QUESTIONS, rules };
  expect((await call("POST", `/v1/forms/${form}/versions`, { key, body: definition })).status).toBe(201);
  const first = await submit(form, { name: "Asha", acres: 0.5 });
  const second = await submit(form, { name: "Ravi", acres: 2 });
  expect(await read()).toMatchObject({ flags: [{ rule: "small", count: 1 }], flaggedBy: [] });
  // As a remote validator has it done.
  const position = positionOf(second.body.id);
  const { shards } = makeContext(env as Env, { waitUntil: () => {} }, "test");
  await annotateResponses(shards.get(parseResponseId(second.body.id)?.shard ?? 0), {
    segment: segmentOf(position),
    annotations: [
      {
        position,
        revision: 1,
        flags: JSON.stringify(["a", "b"].map((rule) => ({ rule, message: rule, questions: [], source: "int_remote" }))),
        metadata: "{}",
        review: "flagged",
        events: ["flagged"],
      },
    ],
    author: "int_remote",
    holder: null,
    now: Date.now(),
    ring: [],
  });
  const edit = { key, headers: { "if-match": '"1"' }, body: { answers: { acres: 3 } } };
  expect((await call("PATCH", `/v1/forms/${form}/responses/${first.body.id}`, edit)).status).toBe(200);
  const body = await read();
  expect(body).toMatchObject({ flags: [], flaggedBy: [{ integration: "int_remote", count: 1 }] });
  expect(body.review.filter(({ count }: { count: number }) => count > 0)).toEqual([
    { state: "flagged", count: 1 },
    { state: "corrected", count: 1 },
  ]);
});

function positionOf(response: string): number {
  const address = parseResponseId(response);
  if (!address) throw new Error("no id of a response");
  return address.position;
}
