/** D1 goes away between the call that stores and those that look up the rest: what was stored is told all the same. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { call, newForm, newWorkspace } from "../support/api";
import { createOutage } from "../support/failing-d1";

const LONG = { questions: [{ ref: "name", type: "long_text", title: "Name" }] };
/** Over what a queue takes. */
const LARGE = "é".repeat(64_000);

let key = "";
let outage = createOutage();

beforeEach(async () => {
  for (const level of ["info", "warn", "error"] as const) vi.spyOn(console, level).mockImplementation(() => {});
  key = await newWorkspace();
  outage = createOutage();
});
afterEach(() => void vi.restoreAllMocks());

const submit = (form: string, answers: unknown) =>
  outage.call("POST", `/v1/forms/${form}/responses`, { body: { answers } });
const submitAll = (form: string, responses: readonly unknown[]) =>
  outage.call("POST", `/v1/forms/${form}/responses/batch`, { body: { responses } });
const names = async (form: string): Promise<string[]> => {
  const { body } = await call("GET", `/v1/forms/${form}/responses?limit=500`, { key });
  return body.items.map((one: { answers: { name: string } }) => one.answers.name).toReversed();
};

describe.each(["then_unreachable", "then_overloaded"] as const)("D1 stores a batch, %s", (fault) => {
  it("tells what was stored, though nothing can be looked up of what was not", async () => {
    const form = await newForm(key, { responsesMax: 2 });
    await submit(form, { name: "warm" });
    outage.d1.fault = fault;
    const sent = await submitAll(form, [{ answers: { name: "a" } }, { answers: { name: "b" } }, { answers: {} }]);
    outage.d1.fault = null;
    expect(await names(form)).toEqual(["warm", "a"]);
    expect(sent.status).toBe(207);
    expect(sent.body.items.map((one: { status: number }) => one.status)).toEqual([201, 503, 422]);
  });

  it("and though it can't be asked whether the keys of the others came before", async () => {
    const form = await newForm(key);
    await submitAll(form, [{ answers: { name: "k" }, idempotencyKey: "k" }]);
    outage.d1.fault = fault;
    const sent = await submitAll(form, [
      { answers: { name: "a" } },
      { answers: { name: "k" }, idempotencyKey: "k" },
      { answers: { age: 3 }, idempotencyKey: "l" },
    ]);
    outage.d1.fault = null;
    expect(await names(form)).toEqual(["k", "a"]);
    expect(sent.body.items).toMatchObject([
      { status: 201 },
      { status: 503, error: { code: "store_unavailable" } },
      { status: 503, error: { code: "store_unavailable" } },
    ]);
  });
});

describe("D1 stores, its answer is lost, and then it is overloaded", () => {
  it("does not say of what can't be spooled either that nothing was stored, alone or in a batch", async () => {
    const form = await newForm(key, LONG);
    await submit(form, { name: "warm" });
    outage.d1.fault = "lost_then_overloaded";
    const one = await submit(form, { name: LARGE });
    expect([one.status, one.body.code]).toEqual([503, "store_unavailable"]);
    outage.d1.fault = "lost_then_overloaded";
    const { body } = await submitAll(form, [{ answers: { name: LARGE } }]);
    expect(body.items).toMatchObject([{ status: 503, error: { code: "store_unavailable" } }]);
    outage.d1.fault = null;
    expect(await names(form)).toEqual(["warm", LARGE, LARGE]);
  });
});
