import { exports } from "cloudflare:workers";
import { expect, it } from "vitest";
import { smoke } from "../../scripts/cloud/smoke";
import { call, newWorkspace } from "../support/api";

const run = async (key: string, change: (response: Response, request: Request) => Promise<Response> | Response) => {
  const said: string[] = [];
  const fetch = async (request: Request) => change(await exports.default.fetch(request.clone()), request);
  await smoke({ fetch, url: "http://formlog.test", key, say: (line) => said.push(line) });
  return said;
};
const forms = async (key: string) => (await call("GET", "/v1/forms", { key })).body.items;

it("goes all the way through an installation, and leaves no form", async () => {
  const key = await newWorkspace("Smoke");
  const said = await run(key, (response) => response);
  expect(said).toHaveLength(9);
  expect(said.every((line) => line.startsWith("ok  "))).toBe(true);
  expect(await forms(key)).toEqual([]);
});

it("fails where an installation does not do it, says so without the key, and leaves no form either", async () => {
  const key = await newWorkspace("Smoke");
  const broken = run(key, (response, { method, url }) =>
    method === "GET" && url.includes("/responses/") ? Response.json({ answers: {} }) : response,
  );
  await expect(broken).rejects.toThrow("came back with another answer");
  expect(await forms(key)).toEqual([]);
  const foreign = run("fl_nobody", (response) => response);
  await expect(foreign).rejects.toThrow(/It does not do this: makes a form. POST .*401/);
  await expect(foreign).rejects.not.toThrow("fl_nobody");
});
