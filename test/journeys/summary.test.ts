/** From a submission to the summary, over real workers, queues and both databases. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { FORM, type Stack, startStack, until } from "../support/stack";

const state = mkdtempSync(path.join(tmpdir(), "formlog-journey-"));
let stack: Stack;
beforeAll(async () => {
  stack = await startStack(state);
});
afterAll(async () => {
  await stack.close();
  rmSync(state, { recursive: true, force: true });
});

it("what is submitted, edited and erased is in the summary by itself, and gone with its integration", async () => {
  const key = await stack.workspace();
  const form = (await stack.call("POST", "/v1/forms", { key, body: FORM })).body.id;
  const at = `/v1/forms/${form}`;
  const submit = async (answers: unknown) =>
    (await stack.call("POST", `${at}/responses`, { body: { answers } })).body.id as string;
  const summary = async () => (await stack.call("GET", `${at}/summary`, { key })).body;
  const first = await submit({ name: "Asha", city: "pune" });
  const body = { kind: "summary", config: {} };
  const { id } = (await stack.call("POST", `${at}/integrations`, { key, body })).body;
  await submit({ name: "Ravi", city: "pune" });
  await until(async () => expect(await summary()).toMatchObject({ total: 2, index: { lag: { entries: 0 } } }));
  await stack.call("DELETE", `${at}/responses/${first}`, { key });
  await until(async () => {
    const { total, erased, questions } = await summary();
    expect({ total, erased }).toEqual({ total: 1, erased: 1 });
    expect(questions.at(-1).choices).toEqual([{ id: "pune", label: "Pune", count: 1 }]);
  });
  await stack.call("DELETE", `${at}/integrations/${id}`, { key });
  await stack.sweep();
  const left = await (await stack.search()).prepare("SELECT count(*) AS n FROM contributions").first<{ n: number }>();
  expect(left?.n).toBe(0);
  expect((await stack.call("GET", `${at}/summary`, { key })).body.code).toBe("no_index");
});
