/** A workspace as an operator finds it after a week: forms, responses, integrations, some of them in trouble. */
import { segmentStart } from "../../src/core/ids";
import { HOSTILE, HOSTILE_TEXT } from "./hostile";
import { SPREADSHEET, type Stack, until } from "./stack";

const CLINIC = {
  title: "Clinic visit, Krishna valley",
  questions: [
    { ref: "name", type: "short_text", title: "Name", required: true },
    { ref: "phone", type: "phone_number", title: "Mobile number" },
    { ref: "age", type: "integer", title: "Age", min: 0, max: 130 },
    {
      ref: "city",
      type: "dropdown",
      title: "City",
      indexed: true,
      choices: [
        { id: "pune", label: "Pune" },
        { id: "satara", label: "Satara" },
        { id: "sangli", label: "Sangli" },
      ],
    },
    {
      ref: "reasons",
      type: "multiple_choice",
      title: "Why did you come?",
      choices: [
        { id: "checkup", label: "Check-up" },
        { id: "vaccination", label: "Vaccination" },
        { id: "other", label: "Something else" },
      ],
    },
    { ref: "rating", type: "rating", title: "How was it?" },
    { ref: "again", type: "yes_no", title: "Would you come again?" },
    { ref: "comment", type: "long_text", title: "Anything to add?" },
  ],
  rules: [
    {
      name: "number_in_use",
      severity: "flag",
      expression: 'phone == null || phone != "0000000000"',
      message: "Nobody has this number. Please ask for it again.",
      questions: ["phone"],
    },
  ],
};

const NAMES = [
  "Asha Kulkarni",
  "Ravi Jadhav",
  "Meera Patil",
  "Sunil Shinde",
  "Lata Pawar",
  "Imran Shaikh",
  "Kavita More",
];
const CITIES = ["pune", "satara", "sangli"];
const REASONS = [["checkup"], ["vaccination", "checkup"], ["other"]];
const COMMENTS = [
  "",
  "The queue was long, but everybody was kind.",
  "Ekdum jugaad, but it works.",
  "Please open on Sundays too.",
  "यार, फिर भी जुगाड़ है",
];
const LEXICON = [
  { term: "jugaad", language: "hi", variants: ["जुगाड़"], meaning: "A fix with what is at hand", partOfSpeech: "noun" },
  { term: "yaar", language: "hi", variants: ["यार"], meaning: "Friend" },
  { term: "lai bhaari", language: "mr", city: "Pune", meaning: "Very good" },
  { term: "mast", language: "hi" },
];
const INDEXES = [
  { kind: "summary", config: {} },
  { kind: "search", config: {} },
  { kind: "slang", config: { text: "comment", city: "city" } },
];
const DAY_MS = 86_400_000;
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
  const responses = Array.from({ length: 120 }, (_, i) => ({
    answers: {
      name: NAMES[i % NAMES.length],
      phone: i % 40 === 7 ? "0000000000" : `+9198765${String(43210 + i)}`,
      age: 18 + ((i * 7) % 60),
      city: CITIES[i % 3],
      reasons: REASONS[i % 3],
      rating: 1 + ((i * 3) % 5),
      again: i % 4 !== 0,
      ...(COMMENTS[i % 5] && { comment: i % 3 === 0 ? `${COMMENTS[i % 5]} Lai bhaari!` : COMMENTS[i % 5] }),
    },
    metadata: { device: `tablet-${1 + (i % 4)}` },
  }));
  const { items } = await make(`/v1/forms/${form}/responses/batch`, { responses });
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
  await fail(stack, { key, form, receiver: stack.receiverUrl });
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

/** A webhook whose receiver has been down for two days, and still is. */
async function fail(stack: Stack, { key, form, receiver }: { key: string; form: string; receiver: string }) {
  const config = { url: `${receiver}/of-a-partner` };
  const { body } = await stack.call("POST", `/v1/forms/${form}/integrations`, {
    key,
    body: { kind: "webhook", config },
  });
  const db = await stack.db();
  await db
    .prepare(
      `UPDATE cursors SET position = position - 3, state = 'waiting', failures = 1234, failing_since = ?2, failed_at = ?3, next_at = ?4, last_error = ?5
       WHERE integration = (SELECT no FROM integrations WHERE id = ?1)`,
    )
    .bind(body.id, Date.now() - 2 * DAY_MS, Date.now(), Date.now() + DAY_MS, "The receiver answered 503.")
    .run();
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

/** A workspace whose every text is hostile, and the pages that show them. */
export async function setHostileScene(stack: Stack) {
  const text = HOSTILE_TEXT.slice(0, 200);
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
  const { id } = await make(`/v1/forms/${form}/responses`, { answers: { ...answers, pick: "c3" }, metadata }, key);
  const response = `/v1/forms/${form}/responses/${id}`;
  await stack.call("PATCH", response, {
    key,
    body: { answers: { q0: HOSTILE[3], pick: "c1" } },
    headers: { "if-match": "*" },
  });
  await stack.call("POST", `${response}/review`, { key, body: { state: "flagged", comment: HOSTILE.join("\n") } });
  const webhook = {
    kind: "webhook",
    config: {
      url: "https://example.com/?<script>window.hacked=1</script>",
      headers: { "X-Hostile": HOSTILE[2] },
      payload: { hostile: HOSTILE.join("\n").replaceAll(/[{}]{2}/g, "{ ") },
    },
    filter: `q0 != ${JSON.stringify(text)}`,
  };
  const { id: integration } = await make(`/v1/forms/${form}/integrations`, webhook);
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
  const one = of.replace("/v1", "/console");
  const parked = `${one}/deliveries/${waiting.items[0].id}`;
  const { id: link } = await make(`/v1/forms/${form}/links`, { name: text, metadata });
  const { id: connection } = await make("/v1/connections", { kind: "webhook", name: text });
  for (const index of [
    { kind: "summary", config: {} },
    { kind: "search", config: {} },
    { kind: "slang", config: { text: ["q0", "q8"], city: "pick" } },
  ]) {
    await make(`/v1/forms/${form}/integrations`, index);
  }
  const term = { term: "pwned", language: "en", city: "script", meaning: text, partOfSpeech: text.slice(0, 40) };
  const { id: entry } = await make("/v1/lexicon", term);
  await until(async () => {
    await stack.sweep();
    const { body } = await stack.call("GET", `/v1/forms/${form}/integrations`, { key });
    const indexes = body.items.filter((one: { kind: string }) => one.kind !== "webhook");
    if (indexes.some((one: { lag: { entries: number } }) => one.lag.entries > 0)) throw new Error("not indexed yet");
  }, 60_000);
  const at = `/console/forms/${form}`;
  const table = `${at}/responses`;
  const all = [...questions.map(({ ref }) => ref), "pick"].join(",");
  const hostile = encodeURIComponent(text);
  return {
    key: key as string,
    pages: [
      "/console/forms",
      "/console/forms/new",
      `/console/forms?search=${hostile}`,
      table,
      `${table}?fields=${all}`,
      `${table}?filter%5Bq0%5D%5Beq%5D=${hostile}&review=${hostile}&since=${hostile}`,
      `${table}?filter%5B${hostile}%5D%5B${hostile}%5D=${hostile}`,
      `${table}?metadata%5B${encodeURIComponent(HOSTILE[0])}%5D%5Beq%5D=${hostile}&cursor=${hostile}&fields=${hostile}`,
      `${table}/${id}`,
      `${table}/${id}/erase`,
      `${table}/${hostile}`,
      `${at}/inbox`,
      `${at}/inbox?cursor=${hostile}`,
      `${table}/${id}/edit`,
      `${table}/${id}/correction`,
      `/console/forms/${form}/export?format=${hostile}&after=${hostile}&choices=${hostile}`,
      `/console/forms/${form}/export/file?format=csv&after=${hostile}`,
      `/console/forms/${form}/links?cursor=${hostile}`,
      `/console/forms/${form}/links/new?name=${hostile}&until=${hostile}`,
      `/console/forms/${form}/links/${link}`,
      `/console/forms/${form}/links/${link}/revoke`,
      "/console/keys",
      `/console/keys/new?name=${hostile}&until=${hostile}&form=${hostile}`,
      `/console/keys/${keyId}/revoke`,
      "/console/connections",
      "/console/connections/new",
      "/console/connections/new/webhook",
      ...["", "/edit", "/rotate", "/delete"].map((page) => `/console/connections/${connection}${page}`),
      "/console/audit",
      "/console/log",
      "/console/alerts",
      "/console/alerts/new?type=email",
      `/console/log?form=${hostile}&level=${hostile}&event=${hostile}&cursor=${hostile}`,
      `/console/audit?actor=${hostile}&object=${hostile}&action=${hostile}&from=${hostile}`,
      `${at}/summary`,
      `${at}/search`,
      `${at}/search?q=pwned&question=${hostile}`,
      `${at}/search?q=${hostile}&filter%5Bq0%5D%5Beq%5D=${hostile}`,
      `${at}/slang?city=${hostile}&term=${hostile}&question=${hostile}`,
      `${at}/slang?term=pwned`,
      `${at}/slang/discover?city=c3`,
      `${at}/slang/discover?city=${hostile}`,
      `${at}/slang/apply?integration=${hostile}`,
      "/console/lexicon",
      `/console/lexicon?term=${hostile}&language=${hostile}&city=${hostile}&where=${hostile}&cursor=${hostile}`,
      `/console/lexicon/new?term=${hostile}&meaning=${hostile}&variants=${hostile}&back=${hostile}`,
      "/console/lexicon/import",
      `/console/lexicon/${entry}`,
      `/console/lexicon/${entry}/delete`,
      `${at}/integrations`,
      ...EDITOR.map((page) => `/console/forms/${form}/${page}`),
      "/console/integrations",
      `${at}/robots`,
      `${at}/add-integration`,
      `${at}/add-integration/slang`,
      one,
      ...["edit", "pause", "retry", "replay", "delete", "deliveries", hostile].map((page) => `${one}/${page}`),
      parked,
      `${parked}/skip`,
      `/console/${hostile}`,
      `/console/sign-in?next=${hostile}&over=${hostile}`,
    ],
  };
}

/** Pages of the form editor, of the form whose draft is hostile. */
const EDITOR = [
  "edit",
  "edit/questions/q0",
  "edit/questions/pick",
  "edit/questions/q0/remove",
  "edit/questions/@22",
  "edit/rules/r",
  "edit/rules/@1",
  "edit/languages/hi",
  "edit/lists/hostile",
  "edit/json",
  "edit/preview",
  "edit/preview/form",
  "edit/publish",
  "edit/discard",
  "settings",
  "settings/duplicate",
  "share",
  "versions",
  "versions/2",
  "versions/1/put-back",
  "recheck",
];

/** A draft whose every text is hostile, a second version, and settings of such texts. */
async function hostileDraft(stack: Stack, { key, form, choices }: { key: string; form: string; choices: object[] }) {
  const texts = HOSTILE.map((one, i) => ({ ref: `q${i}`, type: "short_text", title: `${one} 2`, description: one }));
  const [first, ...rest] = texts;
  const pick = { ref: "pick", type: "single_choice", title: "Pick", choices };
  const page = { title: HOSTILE[0], description: HOSTILE[1] };
  const rules = [
    {
      name: "r",
      severity: "flag",
      expression: `q0 != ${JSON.stringify(HOSTILE[0])}`,
      message: HOSTILE[0],
      questions: ["q1"],
    },
  ];
  const translations = { hi: { title: HOSTILE[2], questions: { q0: { title: HOSTILE[0] } } } };
  const good = {
    title: HOSTILE_TEXT.slice(0, 200),
    questions: [{ ...first, page }, ...rest, pick],
    rules,
    translations,
  };
  const choiceLists = { hostile: choices };
  const made = [
    await stack.call("POST", `/v1/forms/${form}/versions`, { key, body: { ...good, choiceLists } }),
    await stack.call("PUT", `/v1/forms/${form}/draft`, {
      key,
      body: {
        ...good,
        choiceLists: { ...choiceLists, [HOSTILE[0]]: [] },
        questions: [
          ...good.questions,
          { ref: HOSTILE[0], type: HOSTILE[1], title: HOSTILE[2], min: HOSTILE[0], [HOSTILE[1]]: 1 },
        ],
        rules: [...rules, { name: HOSTILE[0], severity: HOSTILE[1], expression: HOSTILE[2], message: HOSTILE[0] }],
        translations: { ...translations, [HOSTILE[0]]: {} },
      },
    }),
    await stack.call("PATCH", `/v1/forms/${form}`, {
      key,
      body: { thanksMessage: HOSTILE[0], closedMessage: HOSTILE[1] },
    }),
  ];
  for (const { status, body } of made) if (status >= 300) throw new Error(JSON.stringify(body));
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
