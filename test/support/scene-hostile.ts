/** A workspace whose every text is hostile. */
import { HOSTILE, HOSTILE_TEXT } from "./hostile";
import { hostileDraft } from "./scene-hostile-draft";
import { hostilePages } from "./scene-hostile-pages";
import { type Stack, until } from "./stack";

const text = HOSTILE_TEXT.slice(0, 200);
const INDEXES = [
  { kind: "summary", config: {} },
  { kind: "search", config: {} },
  { kind: "slang", config: { text: ["q0", "q8"], city: "pick" } },
];

/** Makes it; returns a key that may do everything, and the pages of the console that show such texts. */
export async function setHostileScene(stack: Stack) {
  const made = await stack.call("POST", "/v1/workspaces", { key: stack.rootKey, body: { name: text } });
  const { key: first } = made.body;
  const make = async (path: string, body: unknown, key = first) => {
    const answer = await stack.call("POST", path, { key, body });
    if (answer.status >= 300) throw new Error(`${path}: ${JSON.stringify(answer.body)}`);
    return answer.body;
  };
  const { id: keyId, key } = await make("/v1/keys", { name: text, scopes: ["admin"] });
  const questions = HOSTILE.map((one, i) => ({ ref: `q${i}`, type: "short_text", title: one }));
  const choices = HOSTILE.map((label, i) => ({ id: `c${i}`, label }));
  const { id: form } = await make("/v1/forms", {
    title: text,
    questions: [...questions, { ref: "pick", type: "single_choice", title: "Pick", choices }],
    rules: [{ name: "r", severity: "flag", expression: 'q0 == "never"', message: text, questions: ["q1"] }],
  });
  await hostileDraft(stack, { key, form, choices });
  const answers = Object.fromEntries(HOSTILE.map((one, i) => [`q${i}`, one]));
  const metadata = Object.fromEntries(
    [...HOSTILE.filter((one) => one !== "__proto__"), "collector"].map((one) => [one.slice(0, 60), one]),
  );
  const { id: response } = await make(
    `/v1/forms/${form}/responses`,
    { answers: { ...answers, pick: "c3" }, metadata },
    key,
  );
  const at = `/v1/forms/${form}/responses/${response}`;
  await stack.call("PATCH", at, {
    key,
    body: { answers: { q0: HOSTILE[3], pick: "c1" } },
    headers: { "if-match": "*" },
  });
  await stack.call("POST", `${at}/review`, { key, body: { state: "flagged", comment: HOSTILE.join("\n") } });
  const { integration, parked } = await park(stack, { key, form });
  const { id: link } = await make(`/v1/forms/${form}/links`, { name: text, metadata });
  const { id: connection } = await make("/v1/connections", { kind: "webhook", name: text });
  for (const index of INDEXES) await make(`/v1/forms/${form}/integrations`, index);
  const term = { term: "pwned", language: "en", city: "script", meaning: text, partOfSpeech: text.slice(0, 40) };
  const { id: entry } = await make("/v1/lexicon", term);
  await until(async () => {
    await stack.sweep();
    const { body } = await stack.call("GET", `/v1/forms/${form}/integrations`, { key });
    const indexes = body.items.filter((one: { kind: string }) => one.kind !== "webhook");
    if (indexes.some((one: { lag: { entries: number } }) => one.lag.entries > 0)) throw new Error("not indexed yet");
  }, 60_000);
  const ids = { form, response, key: keyId, link, connection, entry, integration, parked };
  return { key: key as string, pages: hostilePages(ids) };
}

/** A webhook of the form, paused, with a delivery that is parked; returns their ids. */
async function park(stack: Stack, { key, form }: { key: string; form: string }) {
  const webhook = {
    kind: "webhook",
    config: {
      url: "https://example.com/?<script>window.hacked=1</script>",
      headers: { "X-Hostile": HOSTILE[2] },
      payload: { hostile: HOSTILE.join("\n").replaceAll(/[{}]{2}/g, "{ ") },
    },
    filter: `q0 != ${JSON.stringify(text)}`,
  };
  const { body: made } = await stack.call("POST", `/v1/forms/${form}/integrations`, { key, body: webhook });
  const integration: string = made.id;
  await stack.call("POST", `/v1/forms/${form}/integrations/${integration}/pause`, { key });
  const db = await stack.db();
  await db.prepare("UPDATE cursors SET last_error = ? WHERE state = 'paused'").bind(text).run();
  await db
    .prepare(
      `INSERT INTO deliveries (integration, feed, position, state, attempts, tried_at, reason, status)
       SELECT integration, 0, segment * 8589934592 + 1, 'parked', 1, 1, ?1, ?1 FROM cursors WHERE last_error = ?1`,
    )
    .bind(text)
    .run();
  await db
    .prepare(
      `INSERT INTO attempts (integration, feed, position, at, milliseconds, status, answer)
       SELECT integration, feed, position, 1, 1, 500, ?1 FROM deliveries WHERE reason = ?1`,
    )
    .bind(text)
    .run();
  const of = `/v1/forms/${form}/integrations/${integration}`;
  const { body: waiting } = await stack.call("GET", `${of}/deliveries?state=parked`, { key });
  return { integration, parked: waiting.items[0].id as string };
}
