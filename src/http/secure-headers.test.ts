import { Hono } from "hono";
import { secureHeaders } from "hono/secure-headers";
import { expect, it } from "vitest";
import { SECURE_HEADERS, secureAnswers } from "./secure-headers";

const app = new Hono()
  .use("/library", secureHeaders())
  .use("/ours", secureAnswers)
  .get("/:any", (c) => c.body(null, 204));

it("an answer gets the headers for data as Hono's own middleware sets them", async () => {
  const [library, ours] = await Promise.all([app.request("/library"), app.request("/ours")]);
  expect([...ours.headers]).toHaveLength(Object.keys(SECURE_HEADERS).length);
  expect([...library.headers]).toEqual(expect.arrayContaining([...ours.headers]));
});
