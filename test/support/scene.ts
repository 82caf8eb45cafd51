/** A workspace as an operator finds it after a week: forms, responses, integrations, some of them in trouble. */
import { segmentStart } from "../../src/core/ids";
import { CLINIC, CLINIC_RESPONSES, INDEXES, LEXICON } from "./scene-clinic";
import { fail, tellSomebody } from "./scene-trouble";
import { SPREADSHEET, type Stack, until } from "./stack";

const OTHERS = ["Household survey 2026", "Pump inspection", "School meals, daily count", "कृषि सर्वेक्षण (खरीफ)"];

export type Scene = Awaited<ReturnType<typeof setScene>>;

/** Ids of what a test looks at, and a key that may do everything. */
export async function setScene(stack: Stack) {
  const key = await stack.workspace();
  const make = async (path: string, body: unknown) => {
    const made = await stack.call("POST", path, { key, body });
    if (made.status >= 300) throw new Error(`${path}: ${JSON.stringify(made.body)}`);
    return made.body;
  };
  const question = { ref: "a", type: "short_text", title: "A" };
  const others: string[] = [];
  for (const title of OTHERS) others.push((await make("/v1/forms", { title, questions: [question] })).id);
  await tellSomebody(stack, { key, make });
  const draft = await make("/v1/forms", { title: "Flood damage report", draft: true, questions: [question] });
  const { id: form } = await make("/v1/forms", CLINIC);
  await make(`/v1/forms/${form}/integrations`, {
    kind: "google-sheets",
    config: { spreadsheetId: SPREADSHEET },
  });
  const blocked = await make(`/v1/forms/${form}/integrations`, {
    kind: "google-sheets",
    config: { spreadsheetId: "1NotSharedNotSharedNotSharedNotSharedNotShar" },
  });
  const sms = await make(`/v1/forms/${form}/integrations`, {
    kind: "twilio-sms",
    config: { to: "phone", body: "Thanks {{name}}, receipt {{response_id}}", defaultCountry: "IN" },
  });
  const { id: entry } = await make("/v1/lexicon", LEXICON[0]);
  for (const other of LEXICON.slice(1)) await make("/v1/lexicon", other);
  const paused = await make(`/v1/forms/${form}/integrations`, { kind: "webhook", config: { url: stack.receiverUrl } });
  await stack.call("POST", `/v1/forms/${form}/integrations/${paused.id}/pause`, { key });
  const { items } = await make(`/v1/forms/${form}/responses/batch`, { responses: CLINIC_RESPONSES });
  const ids = items.map((item: { id: string }) => item.id) as string[];
  await spread(stack, form);
  // Afterwards: an index counts the days that it finds.
  for (const index of INDEXES) await make(`/v1/forms/${form}/integrations`, index);
  await until(async () => {
    await stack.sweep();
    const { body } = await stack.call("GET", "/v1/integrations", { key });
    const of = (kind: string) => body.items.filter((one: { kind: string }) => one.kind === kind);
    const settled = of("twilio-sms")[0].lag.entries === 0 && of("twilio-sms")[0].parked > 0;
    const blocked = of("google-sheets").some((one: { state: string }) => one.state === "blocked");
    const indexed = INDEXES.every(({ kind }) => of(kind)[0].lag.entries === 0);
    if (!settled || !blocked || !indexed) throw new Error(JSON.stringify(body.items));
  }, 60_000);
  const reviewed = await judge(stack, { key, form, ids });
  const handedOut = await handOut(make, form);
  await fail(stack, { form, blocked: blocked.id, make });
  const at = `/v1/forms/${form}/integrations/${sms.id}`;
  const { body } = await stack.call("GET", `${at}/deliveries?state=parked`, { key });
  return {
    key,
    form,
    draft: draft.id as string,
    reviewed,
    ...handedOut,
    entry: entry as string,
    other: others[0] ?? "",
    /** The addresses of the text messages, of one that is parked, and of a sheet that nobody shared. */
    sms: at.replace("/v1", "/console"),
    blocked: `/console/forms/${form}/integrations/${blocked.id}`,
    parked: `${at.replace("/v1", "/console")}/deliveries/${body.items[0].id}`,
  };
}

// biome-ignore lint/suspicious/noExplicitAny: a body of the API
type Make = (path: string, body: unknown) => Promise<any>;

/** Keys and collector links; returns the ids of one of each. */
async function handOut(make: Make, form: string) {
  await make("/v1/keys", { name: "Export at night", scopes: ["forms:read", "responses:read"] });
  const { id: keyId } = await make("/v1/keys", { name: "Tablet 4", scopes: ["responses:submit"], form });
  await make(`/v1/forms/${form}/links`, { name: "Ravi Jadhav", expiresAt: "2099-12-31T23:59:59Z" });
  const { id: link } = await make(`/v1/forms/${form}/links`, { name: "Asha Kulkarni", responsesMax: 200 });
  const secrets = { accountSid: `AC${"1".repeat(32)}`, authToken: "of-nobody" };
  const { id: connection } = await make("/v1/connections", { kind: "twilio-sms", name: "Clinics of Pune", secrets });
  return { keyId: keyId as string, link: link as string, connection: connection as string };
}

/** Reviews a few responses and edits one, whose text message is parked; returns its id. */
async function judge(stack: Stack, { key, form, ids }: { key: string; form: string; ids: readonly string[] }) {
  const at = (i: number) => `/v1/forms/${form}/responses/${ids[i]}`;
  const reviews = [
    [119, "approved"],
    [117, "flagged"],
    [114, "rejected"],
    [113, "approved"],
    [87, "flagged"],
  ] as const;
  for (const [i, state] of reviews) {
    const comment = state === "flagged" ? "Please call again before Friday." : undefined;
    await stack.call("POST", `${at(i)}/review`, { key, body: { state, ...(comment && { comment }) } });
  }
  const answers = { city: "satara", comment: "Corrected on the phone." };
  await stack.call("PATCH", at(87), { key, body: { answers }, headers: { "if-match": "*" } });
  return ids[87] ?? "";
}

/** Lets the responses of a form have come over five days. */
async function spread(stack: Stack, form: string): Promise<void> {
  const db = await stack.db();
  const found = await db
    .prepare("SELECT segment FROM directory WHERE form = ?")
    .bind(form)
    .first<{ segment: number }>();
  const start = segmentStart(found?.segment ?? 0);
  await db
    .prepare("UPDATE responses SET received_at = ?3 - (?2 - id) * 3571000 WHERE id > ?1 AND id <= ?2")
    .bind(start, start + 120, Date.now() - 180_000)
    .run();
}
