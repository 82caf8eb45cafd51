import { describe, expect, it } from "vitest";
import { credentials, readKey } from "./keys";
import { SecretsSchema } from "./manifest";
import { makeSigner, verifyMessage } from "./sign";
import { SECRET, START } from "./testing";

/** The vector of Standard Webhooks' own libraries. */
const VECTOR = { id: "msg_p5jXN8AQM9LWM0D4loKWxJek", timestamp: 1614265330, body: '{"test": 2432232314}' };
const VECTOR_SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

/** The same message by ed25519: the vector of the standard's library for Go. */
const VECTOR_KEY = "whsk_VEVTVFNJR05JTkdLRVlET05PVFVTRVRISVNGT1JBTlk=";
const VECTOR_V1A = "v1a,tQ9V2XOqn7jL/DQenEFpqIugdBVtiMmER5mhSkXBNwM0mkATuDe6KYYUuxqtaiHeYGb7KaaBRdM5WqyeFiL8Ag==";

/** RFC 8032, section 7.1, test 1. */
const hex = (text: string) => btoa(text.replace(/../g, (byte) => String.fromCharCode(Number.parseInt(byte, 16))));
const SEED = `whsk_${hex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")}`;
const PUBLIC = `whpk_${hex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")}`;

const message = { id: "delivery1", timestamp: START / 1000, body: '{"type":"response.created"}' };
let counter = 0;
const random = (bytes: Uint8Array<ArrayBuffer>) => {
  counter += 1;
  return bytes.fill(counter);
};
const HOUR = 3_600_000;

describe("v1", () => {
  it("signs and verifies the published vector", async () => {
    const sign = await makeSigner({ secret: SECRET }, 0);
    expect(await sign(VECTOR)).toBe(VECTOR_SIGNATURE);
    const signed = { ...VECTOR, signature: VECTOR_SIGNATURE };
    expect(await verifyMessage(SECRET, signed, VECTOR.timestamp * 1000)).toBe(true);
  });

  it("refuses another body, id, timestamp, secret, an old message, and what is no signature", async () => {
    const signature = await (await makeSigner({ secret: SECRET }, START))(message);
    const check = (change: object, now = START, key = SECRET) =>
      verifyMessage(key, { ...message, signature, ...change }, now);
    expect(await check({})).toBe(true);
    expect(await check({ signature: `v1,AAAA ${signature}` }), "one of several").toBe(true);
    expect(await check({ body: `${message.body} ` })).toBe(false);
    expect(await check({ id: "delivery2" })).toBe(false);
    expect(await check({ timestamp: message.timestamp + 1 })).toBe(false);
    expect(await check({}, START, `whsec_${btoa("another secret of 32 bytes ......")}`)).toBe(false);
    expect(await check({}, START + 301_000)).toBe(false);
    expect(await check({}, START - 301_000)).toBe(false);
    for (const bad of ["", "v1,", "v1,%%%", "v1a,AAAA", signature.slice(3)]) {
      expect(await check({ signature: bad }), bad).toBe(false);
    }
  });
});

describe("v1a", () => {
  it("signs and verifies the published vector", async () => {
    expect(await (await makeSigner({ privateKey: VECTOR_KEY }, 0))(VECTOR)).toBe(VECTOR_V1A);
    const seed = readKey(VECTOR_KEY, "whsk_") ?? new Uint8Array();
    const seeded = (bytes: Uint8Array<ArrayBuffer>) => {
      bytes.set(seed);
      return bytes;
    };
    const [, both] = Object.values(await credentials.generate(seeded));
    const { publicKey = "" } = credentials.shown({ privateKey: String(both) });
    const signed = { ...VECTOR, signature: VECTOR_V1A };
    expect(await verifyMessage(publicKey, signed, VECTOR.timestamp * 1000)).toBe(true);
    expect(await verifyMessage(publicKey, { ...signed, body: "{}" }, VECTOR.timestamp * 1000)).toBe(false);
  });

  it("signs with the key of RFC 8032: its published public key verifies", async () => {
    const signature = await (await makeSigner({ privateKey: SEED }, START))(message);
    expect(signature).toMatch(/^v1a,[A-Za-z0-9+/]{86}==$/);
    expect(await verifyMessage(PUBLIC, { ...message, signature }, START)).toBe(true);
    expect(await verifyMessage(PUBLIC, { ...message, body: "{}", signature }, START)).toBe(false);
  });
});

describe("keys that Formlog makes", () => {
  it("are both of them, take part in each signature, and show the secret and the public key alone", async () => {
    const secrets = await credentials.generate(random);
    const shown = credentials.shown(secrets);
    expect(Object.keys(shown)).toEqual(["secret", "publicKey"]);
    expect(readKey(shown.secret ?? "", "whsec_")).toHaveLength(32);
    const signature = await (await makeSigner(secrets, START))(message);
    expect(signature).toMatch(/^v1,\S+ v1a,\S+$/);
    for (const key of Object.values(shown)) {
      expect(await verifyMessage(key, { ...message, signature }, START)).toBe(true);
    }
    expect(SecretsSchema.parse(secrets)).toEqual(secrets);
  });

  it("rotated, sign with old and new for a day, and then with the new ones alone", async () => {
    const old = { ...(await credentials.generate(random)), headers: { authorization: "Bearer receiver" } };
    const made = await credentials.rotate(old, { now: START, random });
    expect(made.headers).toEqual(old.headers);
    const verifies = async (shown: Readonly<Record<string, string>>, at: number) => {
      const now = { ...message, timestamp: at / 1000 };
      const signature = await (await makeSigner(made, at))(now);
      const checks = Object.values(shown).map((key) => verifyMessage(key, { ...now, signature }, at));
      return Promise.all(checks);
    };
    const [before, after] = [credentials.shown(old), credentials.shown(made)];
    expect(after).not.toEqual(before);
    expect(await verifies(before, START + 23 * HOUR)).toEqual([true, true]);
    expect(await verifies(after, START)).toEqual([true, true]);
    expect(await verifies(before, START + 24 * HOUR)).toEqual([false, false]);
    expect(await verifies(after, START + 24 * HOUR)).toEqual([true, true]);
  });

  it("rotated often, keep four old ones at most, and none that has run out", async () => {
    let secrets = await credentials.generate(random);
    for (let i = 0; i < 6; i += 1) secrets = await credentials.rotate(secrets, { now: START + i, random });
    expect(secrets.previous).toHaveLength(4);
    expect(SecretsSchema.parse(secrets)).toEqual(secrets);
    secrets = await credentials.rotate(secrets, { now: START + 48 * HOUR, random });
    expect(secrets.previous).toHaveLength(1);
  });
});

it("takes only keys of the right kind and length", () => {
  const bad = [
    {},
    { secret: "whsec_c2hvcnQ=" },
    { secret: SECRET.slice(6) },
    { secret: `whsec_${btoa("x".repeat(65))}` },
    { secret: "whsec_%%%" },
    { privateKey: SECRET },
    { privateKey: `whsk_${btoa("x".repeat(33))}` },
  ];
  for (const secrets of bad) expect(SecretsSchema.safeParse(secrets).success, JSON.stringify(secrets)).toBe(false);
  expect(SecretsSchema.safeParse({ secret: SECRET, privateKey: SEED }).success).toBe(true);
});
