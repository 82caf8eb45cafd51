/** How each operation of the API is called rightly. */
import { SECRET } from "./workspace";

/**
 * How an operation is called rightly, and what it answers then. The body is the example of the document unless told.
 */
export interface Row {
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
 * One row for each operation. Workers of kinds do not answer here, but for those that keep an index: what asks them
 * says `kind_unavailable`, and 503 to providers.
 */
export const ROWS: Readonly<Record<string, Row>> = {
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
  listLogs: { status: 200 },
  listInstallationLogs: { status: 200 },
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
  listBackups: { status: 200 },
  backUp: { status: 200 },
  listErasures: { status: 200 },
  writeBackupObject: { status: 204, headers: { "content-type": "application/octet-stream" } },
  readBackupObject: { status: 200 },
  // There is no such backup.
  restoreBackup: { status: 404 },
  listShards: { status: 200 },
  // Opened again by the next one, for what follows.
  closeShard: { status: 200 },
  openShard: { status: 200 },
  listDeadLetters: { status: 200 },
  retryDeadLetters: { status: 200 },
  // There is none.
  deleteDeadLetter: { status: 404 },
  getDocument: { status: 200 },
};
