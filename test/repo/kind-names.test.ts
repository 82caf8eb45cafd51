/** What a new kind may be called. That it is made under its name is in authoring.test.ts. */
import { expect, it } from "vitest";
import { refuseName } from "../../scripts/new-integration/names";
import { catalog } from "../../src/integrations/kinds";

it.each([
  ["nothing", undefined, "npm run new:integration -- my-kind"],
  ["capitals", "My-Kind", "no name of a kind"],
  ["dashes that join nothing", "my--kind", "no name of a kind"],
  ["a path", "../my-kind", "no name of a kind"],
  ["a name too long for a queue", "k".repeat(51), "at most 50 characters"],
  ["a folder without a line", "half-made", "Remove it"],
  ["an integration of the demo", "sms", "a meaning of its own"],
  ["a word of JavaScript", "delete", "a meaning of its own"],
  ["a word of the template", "deliver", "a meaning of its own"],
  ["the queue of submissions", "intake", "a meaning of its own"],
  ["the installation's own variable", "turnstile", "TURNSTILE_URL"],
  ["a variable of another kind", "twilio-api", "TWILIO_API_URL"],
])("a kind can't be called as %s", (_, kind, words) => {
  expect(refuseName(kind, { catalog, folders: ["half-made"], demos: ["sms"] })).toContain(words);
});
