import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import type { Operation } from "../../src/http/openapi/operation";
import { OPERATIONS } from "../../src/http/openapi/operations";
import { call, newWorkspace, submit } from "../support/api";
import { anyJson, formCase, hostileText, ruledCase } from "../support/arbitrary";
import { type Stocked, stockWorkspace } from "../support/workspace";

const settings = { numRuns: 60, endOnFailure: true };
const LONG = { timeout: 120_000 };

let key = "";
beforeAll(async () => {
  key = await newWorkspace();
});

async function publish(definition: unknown): Promise<string> {
  const made = await call("POST", "/v1/forms", { key, body: definition });
  expect(made.status, JSON.stringify(made.body)).toBe(201);
  return made.body.id;
}

/** As JSON carries it (-0 is 0), in NFC. */
const sent = (value: unknown) =>
  JSON.parse(JSON.stringify(value), (_, v) => (typeof v === "string" ? v.normalize("NFC") : v));
const stored = async (form: string) => (await call("GET", `/v1/forms/${form}/responses`, { key })).body.items;

describe("arbitrary forms", () => {
  it("store the answers that they take, and give them back equal, in NFC", LONG, async () => {
    await fc.assert(
      fc.asyncProperty(formCase, async ({ definition, answers }) => {
        const form = await publish(definition);
        const answer = await submit(form, answers);
        expect(answer.status, JSON.stringify(answer.body)).toBe(201);
        const { body } = await call("GET", `/v1/forms/${form}/responses/${answer.body.id}`, { key });
        expect(body.answers).toEqual(sent(answers));
        expect(await stored(form)).toEqual([body]);
      }),
      settings,
    );
  });

  it("keep no trace of what they refuse, and keep what they take of anything at all", LONG, async () => {
    await fc.assert(
      fc.asyncProperty(formCase, fc.dictionary(fc.constantFrom("q0", "q1", "q2", "zz"), anyJson), async (one, junk) => {
        const form = await publish(one.definition);
        const answers = { ...one.answers, ...junk };
        const answer = await submit(form, answers);
        expect([201, 400, 422]).toContain(answer.status);
        const items = await stored(form);
        expect(items).toHaveLength(answer.status === 201 ? 1 : 0);
        if (answer.status !== 201) return;
        // null, "" and [] are no answers.
        const given = Object.entries(sent(answers)).filter(([, v]) => v !== null && v !== "" && !isEmptyList(v));
        expect(items[0].answers).toEqual(Object.fromEntries(given));
      }),
      settings,
    );
  });

  it("with rules refuse or flag exactly what breaks them, at submission and at a correction", LONG, async () => {
    await fc.assert(
      fc.asyncProperty(ruledCase, async ({ definition, answers, rules }) => {
        const form = await publish(definition);
        const broken = (given: object, severity: string) =>
          rules.filter((rule) => rule.severity === severity && Object.hasOwn(given, rule.ref));
        const { status, body } = await submit(form, answers);
        const refusing = broken(answers, "error");
        if (refusing.length > 0) {
          const named = body.errors.map(({ rule, question }: Record<string, string>) => [rule, question]);
          expect([status, named]).toEqual([422, refusing.map(({ name, ref }) => [name, ref])]);
          expect(await stored(form)).toEqual([]);
          return;
        }
        const flags = broken(answers, "flag").map(({ name, ref }) => ({ rule: name, message: name, questions: [ref] }));
        expect([status, body.flags, body.correction !== undefined]).toEqual([201, flags, flags.length > 0]);
        const state = flags.length > 0 ? "flagged" : "received";
        expect(await stored(form)).toMatchObject([{ flags, review: { state }, revision: 1 }]);
        if (flags.length === 0) return;
        // What may be left empty is taken back; the rest stays flagged.
        const isRequired = (ref: string) => definition.questions.some((one) => one.ref === ref && one.required);
        const taken = flags.flatMap(({ questions }) => questions).filter((ref) => !isRequired(ref));
        const link = `/v1/corrections/${body.correction.url.split("/").at(-1)}`;
        const patch = { answers: Object.fromEntries(taken.map((ref) => [ref, null])) };
        const mended = await call("PATCH", link, { body: patch });
        const left = flags.filter(({ questions: [ref = ""] }) => isRequired(ref));
        expect(mended.body).toMatchObject({ flags: left, open: left.length > 0, revision: taken.length > 0 ? 2 : 1 });
        expect(mended.body.review.state).toBe(left.length > 0 ? "flagged" : "corrected");
      }),
      settings,
    );
  });
});

const isEmptyList = (value: unknown) => Array.isArray(value) && value.length === 0;

describe("no input makes a 500", () => {
  let ours: Stocked;
  beforeAll(async () => {
    ours = await stockWorkspace();
  });

  /** An address of the operation: right ids or anything, and any query. */
  const addressOf = ({ path, query }: Operation) => {
    const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name);
    const ids = fc.tuple(...names.map(() => fc.option(hostileText, { freq: 3 })));
    const asked = fc.dictionary(fc.constantFrom(...Object.keys(query?.shape ?? {}), "more"), hostileText, {
      maxKeys: 3,
    });
    return fc.tuple(ids, asked).map(([given, parameters]) => {
      let at = 0;
      const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
        const text = given[at++] ?? ours.names[name] ?? "";
        return encodeURIComponent(text) || "%20";
      });
      return `${filled}?${new URLSearchParams(parameters)}`;
    });
  };

  const headers = fc.dictionary(
    fc.constantFrom("if-match", "if-none-match", "idempotency-key", "prefer", "x-request-id", "accept", "origin"),
    fc.oneof(fc.stringMatching(/^[\x20-\x7e]{0,60}$/), fc.constantFrom('"1"', "*", '"0"', 'W/"1"', "null")),
    { maxKeys: 3 },
  );
  const types = fc.constantFrom("application/json", "application/json; charset=utf-16", "text/plain", "a/b+json", "");

  /** What the operation takes with something in it replaced, any JSON, or any bytes. */
  const bodyOf = ({ example }: Operation): fc.Arbitrary<string | Uint8Array> => {
    const given = Object.keys((example as object | undefined) ?? {});
    const names = given.length > 0 ? given : ["a"];
    const spoilt = fc
      .tuple(fc.constantFrom(...names), anyJson)
      .map(([name, value]) => JSON.stringify({ ...(example as object | undefined), [name]: value }));
    const any = fc.oneof(
      anyJson.map((value) => JSON.stringify(value)),
      fc.string({ maxLength: 200 }),
    );
    return fc.oneof(spoilt, any, fc.uint8Array({ maxLength: 100 }));
  };

  it.each((OPERATIONS as readonly Operation[]).map((operation) => [operation.operationId, operation] as const))(
    "%s",
    LONG,
    async (_, operation) => {
      const method = operation.method.toUpperCase();
      const input = fc.tuple(addressOf(operation), headers, types, bodyOf(operation));
      await fc.assert(
        fc.asyncProperty(input, async ([path, more, type, body]) => {
          const takesBody = operation.body !== undefined || operation.rawBody !== undefined;
          const sending = takesBody && { body };
          const answer = await call(method, path, {
            key: ours.key,
            ...sending,
            headers: { ...more, ...(takesBody && { "content-type": type }) },
          });
          expect(answer.status, JSON.stringify(answer.body)).not.toBe(500);
        }),
        { ...settings, numRuns: 25 },
      );
    },
  );
});
