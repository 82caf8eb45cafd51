/** The audit log: every route that changes something leaves one entry, with nothing in it that nobody may see. */
import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { AUDIT_ACTIONS } from "../../src/core/audit";
import { app } from "../../src/http/app";
import { FORMS } from "../support/audited/forms";
import { INTEGRATIONS } from "../support/audited/integrations";
import { RESPONSES } from "../support/audited/responses";
import { ANSWER, type Audited, entriesOf, PERSONS_WORDS, prepareScene, SECRET, scene } from "../support/audited/scene";
import { WORKSPACE } from "../support/audited/workspace";

beforeAll(prepareScene);

const AUDITED: Audited = { ...WORKSPACE, ...FORMS, ...RESPONSES, ...INTEGRATIONS };

/** Changes nothing that a person answers for: responses coming in, looks ahead, and what providers report. */
const NOT_AUDITED = [
  // Of the installation, in no workspace: what is sealed stays the same.
  "POST /v1/encryption/rotate",
  "POST /v1/backups",
  "PUT /v1/backups/objects/:object",
  "POST /v1/restores",
  "POST /v1/dead-letters/retry",
  // By who runs the installation; an entry of the log service says so (test/api/dead-letters.test.ts).
  "DELETE /v1/dead-letters/:letter",
  "POST /v1/shards/:shard/open",
  "POST /v1/shards/:shard/close",
  "POST /v1/forms/:form/responses",
  "POST /v1/forms/:form/responses/batch",
  "POST /v1/forms/:form/integrations/preview",
  "POST /v1/forms/:form/integrations/:integration/test",
  "POST /hooks/:provider/:delivery",
  "POST /hooks/:provider/inbound/:integration",
  "POST /f/:form",
  // Says which questions are asked, of what is typed so far: it changes nothing.
  "POST /f/:form/check",
];

/** Done by Formlog itself, and noted by the sweeper (test/api/notices.test.ts). */
const BY_SYSTEM = ["integration.blocked", "integration.recovered"];

describe("the audit log", () => {
  it("knows every route that changes something, or says that it leaves no entry", () => {
    const changing = app.routes.filter(({ method }) => !["GET", "HEAD", "OPTIONS", "ALL"].includes(method));
    // What the console does has a table of its own: test/api/console-matrix.test.ts.
    const here = changing.filter(({ path }) => !path.startsWith("/console/"));
    const routes = [...new Set(here.map(({ method, path }) => `${method} ${path}`))];
    expect(routes.toSorted()).toEqual([...Object.keys(AUDITED), ...NOT_AUDITED].toSorted());
    const more = [...BY_SYSTEM, "session.started", "session.ended"];
    const actions = [...Object.values(AUDITED).map(([action]) => action), ...more];
    expect(new Set(actions)).toEqual(new Set(AUDIT_ACTIONS));
  });

  it.each(Object.entries(AUDITED))("%s leaves one entry with who, what and when", async (route, [action, deed]) => {
    const before = Date.now();
    const { answer, object, as } = await deed();
    expect(answer.status, JSON.stringify(answer.body)).toBeLessThan(400);
    const root = route === "POST /v1/workspaces";
    const actor = action === "response.corrected" ? "collector" : scene.keyId;
    const found = (await entriesOf(object, root ? answer.body.key : as)).filter(
      (entry: { action: string }) => entry.action === action,
    );
    expect(found).toEqual([
      {
        id: expect.stringMatching(/^aud_/),
        at: expect.any(String),
        actor: root ? "root" : as ? expect.stringMatching(/^key_/) : actor,
        action,
        object,
        detail: expect.any(Object),
      },
    ]);
    expect(Date.parse(found[0].at)).toBeGreaterThanOrEqual(before);
  });

  it("holds no answers, secrets or keys", async () => {
    await AUDITED["POST /v1/connections"]?.[1]();
    await AUDITED["PATCH /v1/forms/:form/responses/:response"]?.[1]();
    const { results } = await env.DB.prepare("SELECT * FROM audit").all();
    const text = JSON.stringify(results);
    for (const word of [SECRET, ANSWER, PERSONS_WORDS, scene.key]) expect(text).not.toContain(word);
  });
});
