import { beforeAll, describe, expect, it } from "vitest";
import type { Operation } from "../../src/http/openapi/operation";
import { OPERATIONS } from "../../src/http/openapi/operations";
import { type Answer, call, newWorkspace, ROOT_KEY } from "../support/api";
import { ROWS } from "../support/calls";
import { badKeys, keyOfAnotherForm, SECRET, type Stocked, stockWorkspace } from "../support/workspace";

const ALL: readonly Operation[] = OPERATIONS;

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
const NARROWED: ReadonlySet<string> = new Set(["listForms", "listWorkspaceIntegrations"]);

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
