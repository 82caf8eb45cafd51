import { beforeAll, describe, expect, it } from "vitest";
import type { Operation } from "../../src/http/openapi/operation";
import { OPERATIONS } from "../../src/http/openapi/operations";
import { type Answer, call, newWorkspace, ROOT_KEY } from "../support/api";
import { badKeys, keyOfAnotherForm, SECRET, type Stocked, stockWorkspace } from "../support/workspace";

const ALL: readonly Operation[] = OPERATIONS;

/** How an operation is called rightly, and what it answers then. The body is the example of the document unless told. */
interface Row {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly query?: string;
  /** What is done to the form right before it is called with the right key. */
  readonly before?: string;
}

const ANSWERS = { name: "Asha" };
const SHEETS = { kind: "google-sheets", config: { spreadsheetId: "1AbcdefghijklmnopqrstuvwxyzAbcdefghijklmnopq" } };
const SMS = { kind: "twilio-sms", config: { to: "phone", body: "Thanks {{name}}" } };
const CONNECTION = { kind: "twilio-sms", name: "Ours", secrets: { accountSid: `AC${"2".repeat(32)}`, authToken: "t" } };
const QUESTIONS = [{ ref: "name", type: "short_text", title: "Name" }];

/**
 * One row for each operation. Workers of kinds do not answer here, but for those that keep an index: what asks them says
 * `kind_unavailable`, and 503 to providers.
 */
const ROWS: Readonly<Record<string, Row>> = {
  submitResponse: { status: 201, body: { answers: ANSWERS } },
  submitBatch: { status: 207, body: { responses: [{ answers: ANSWERS }] } },
  getReceipt: { status: 200 },
  listResponses: { status: 200 },
  getResponse: { status: 200 },
  reviewResponse: { status: 200 },
  getCorrection: { status: 200 },
  // The same answers again: it stays flagged, and may be called by everybody in turn.
  correctResponse: { status: 200, body: { answers: { name: SECRET } } },
  createCorrectionLink: { status: 201 },
  listCollectors: { status: 200 },
  readInbox: { status: 200 },
  listReviews: { status: 200 },
  listRevisions: { status: 200 },
  editResponse: { status: 200, body: { answers: ANSWERS }, headers: { "if-match": '"1"' } },
  eraseResponse: { status: 204 },
  export_csv: { status: 200 },
  export_ndjson: { status: 200 },
  export_xlsx: { status: 200 },
  getSummary: { status: 200 },
  searchResponses: { status: 200, query: "?q=asha" },
  getSlang: { status: 200 },
  discoverSlang: { status: 200, query: "?city=pune" },
  createForm: { status: 201 },
  listForms: { status: 200 },
  getForm: { status: 200 },
  updateForm: { status: 200 },
  listVersions: { status: 200 },
  diffVersions: { status: 200, query: "?against=1" },
  getDraft: { status: 200 },
  putDraft: { status: 200, headers: { "if-match": '"1"' } },
  deleteDraft: { status: 204, headers: { "if-match": '"1"' } },
  publishDraft: { status: 201 },
  archiveForm: { status: 200 },
  unarchiveForm: { status: 200 },
  duplicateForm: { status: 201 },
  deleteForm: { status: 200 },
  restoreForm: { status: 200, before: "DELETE" },
  publishVersion: { status: 201, body: { title: "Next", questions: QUESTIONS } },
  getVersion: { status: 200 },
  openForm: { status: 200 },
  recheckForm: { status: 202 },
  closeForm: { status: 200 },
  listKinds: { status: 200 },
  createIntegration: { status: 201, body: SHEETS },
  previewIntegration: { status: 503, body: SMS },
  listWorkspaceIntegrations: { status: 200 },
  listIntegrations: { status: 200 },
  getIntegration: { status: 200 },
  updateIntegration: { status: 200 },
  deleteIntegration: { status: 204 },
  pauseIntegration: { status: 200 },
  resumeIntegration: { status: 200 },
  replayIntegration: { status: 202 },
  testIntegration: { status: 503 },
  listDeliveries: { status: 200 },
  listResponseDeliveries: { status: 200 },
  retryParked: { status: 202 },
  retryDelivery: { status: 202 },
  listAttempts: { status: 200 },
  skipDelivery: { status: 200 },
  reconcileIntegration: { status: 202 },
  listReconciliations: { status: 200 },
  listAlerts: { status: 200 },
  listAlertDestinations: { status: 200 },
  addAlertDestination: { status: 201 },
  createConnection: { status: 201, body: CONNECTION },
  listConnections: { status: 200 },
  getConnection: { status: 200 },
  updateConnection: { status: 200, body: { name: "Theirs" } },
  // Only what Formlog made itself is rotated; the connection here is of another kind.
  rotateConnection: { status: 409 },
  deleteConnection: { status: 204 },
  createWorkspace: { status: 201 },
  createKey: { status: 201 },
  createLink: { status: 201 },
  listLinks: { status: 200 },
  getLink: { status: 200 },
  revokeLink: { status: 204 },
  getKey: { status: 200 },
  listKeys: { status: 200 },
  revokeKey: { status: 204 },
  listAudit: { status: 200 },
  listLexicon: { status: 200 },
  createLexiconEntry: { status: 201 },
  importLexiconJson: { status: 200 },
  importLexiconCsv: { status: 200, headers: { "content-type": "text/csv" } },
  exportLexiconJson: { status: 200 },
  exportLexiconCsv: { status: 200 },
  getLexiconEntry: { status: 200 },
  updateLexiconEntry: { status: 200 },
  deleteLexiconEntry: { status: 204 },
  reportDelivery: { status: 503 },
  receiveMessage: { status: 503 },
  getHealth: { status: 200 },
  getReadiness: { status: 200 },
  getMetrics: { status: 200 },
  rotateEncryption: { status: 200 },
  getDocument: { status: 200 },
};

it("has a row for each operation, and no other", () => {
  expect(Object.keys(ROWS).toSorted()).toEqual(ALL.map(({ operationId }) => operationId).toSorted());
});

/** What a request brings. */
interface Caller {
  readonly key?: string | undefined;
  readonly authorization?: string;
}

const CASES = [
  "no key",
  "another scheme",
  "a malformed key",
  "a key that never was",
  "a revoked key",
  "an expired key",
  "a key without the scope",
  "a key of another form",
  "another workspace's key",
  "the right key",
] as const;
type Case = (typeof CASES)[number];

/** Lists of the workspace that a key of one form sees its part of. */
const NARROWED: ReadonlySet<string> = new Set(["listForms", "listWorkspaceIntegrations", "listAlerts"]);

/** What each caller is answered: the right status, or a refusal. */
function expectedStatus({ operationId, scope, keyOptional, path }: Operation, caller: Case, right: number): number {
  if (scope === null || caller === "the right key") return right;
  if (caller === "no key") return keyOptional ? right : 401;
  if (scope === "root") return 401;
  if (caller === "a key without the scope") return 403;
  if (caller === "a key of another form") {
    if (path.includes("{form}")) return 404;
    return NARROWED.has(operationId) ? right : 403;
  }
  // What has no id in its address is the other workspace's own.
  if (caller === "another workspace's key") return path.includes("{") ? 404 : right;
  return 401;
}

describe.each(ALL.map((operation) => [operation.operationId, operation] as const))("%s", (operationId, operation) => {
  const row = ROWS[operationId] ?? { status: 0 };
  let ours: Stocked;
  let callers: Readonly<Record<Case, Caller>>;

  beforeAll(async () => {
    ours = await stockWorkspace();
    const bad = await badKeys(ours.key, operation.scope);
    callers = {
      "no key": {},
      "another scheme": { authorization: `Basic ${btoa(`key:${ours.key}`)}` },
      "a malformed key": { authorization: `Bearer ${ours.key} ${ours.key}` },
      "a key that never was": { key: `${ours.key.slice(0, -4)}0000` },
      "a revoked key": { key: bad.revoked },
      "an expired key": { key: bad.expired },
      "a key without the scope": { key: bad.lesser },
      "a key of another form": { key: await keyOfAnotherForm(ours.key) },
      "another workspace's key": { key: await newWorkspace("Other") },
      "the right key": { key: operation.scope === "root" ? ROOT_KEY : ours.key },
    };
  });

  const path = () => operation.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => ours.names[name] ?? "");

  /** `body` replaces the right one. */
  function send({ key, authorization }: Caller, body: unknown = row.body ?? operation.example): Promise<Answer> {
    return call(operation.method.toUpperCase(), `${path()}${row.query ?? ""}`, {
      ...(key !== undefined && { key }),
      ...(operation.body && { body }),
      ...(operation.rawBody !== undefined && { body: body ?? "a=b" }),
      headers: { ...row.headers, ...(authorization !== undefined && { authorization }) },
    });
  }

  /** Nothing of the workspace but the ids that the caller named. */
  function expectNoLeak({ body, headers }: Answer): void {
    const text = `${JSON.stringify(body)} ${JSON.stringify([...headers])}`;
    expect(text).not.toContain(SECRET);
    const asked = path();
    for (const id of Object.values(ours.names)) {
      if (id.length > 8 && !asked.includes(id)) expect(text).not.toContain(id);
    }
    expect(text).not.toContain(ours.key);
  }

  // The right key comes last: what the others were refused is still there then.
  it.each(CASES)("%s", async (name) => {
    const caller = callers[name];
    const wanted = expectedStatus(operation, name, row.status);
    if (row.before && name === "the right key") {
      await call(row.before, `/v1/forms/${ours.names.form}`, { key: ours.key });
    }
    const answer = await send(caller);
    expect(answer.status, JSON.stringify(answer.body)).toBe(wanted);
    if (name === "the right key") return;
    if (operation.scope !== null && !(operation.keyOptional && name === "no key")) expectNoLeak(answer);
    if (wanted !== 401 && wanted !== 403) return;
    expect(answer.body.code).toBe(wanted === 401 ? "unauthorized" : "forbidden");
    // A body is not looked at before the key.
    if (operation.body) expect((await send(caller, "{")).status).toBe(wanted);
  });
});
