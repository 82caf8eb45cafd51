import { createHmac, generateKeyPairSync, sign } from "node:crypto";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { credentials } from "../../src/integrations/webhook/keys";
import { makeSigner, verifyMessage } from "../../src/integrations/webhook/sign";

const readme = readFileSync(path.resolve(import.meta.dirname, "../../src/integrations/webhook/README.md"), "utf8");
type Verify = (secret: string, headers: Record<string, string>, body: string) => boolean;
let verify: Verify;

beforeAll(async () => {
  const code = /```js\n([\s\S]*?)```/.exec(readme)?.[1] ?? "";
  const file = path.join(mkdtempSync(path.join(tmpdir(), "formlog-")), "verify.mjs");
  writeFileSync(file, code);
  ({ verify } = (await import(pathToFileURL(file).href)) as { verify: Verify });
});

async function signed(body: string, at = Date.now()) {
  const secrets = await credentials.generate((bytes) => crypto.getRandomValues(bytes));
  const timestamp = Math.floor(at / 1000);
  const signature = await (await makeSigner(secrets, at))({ id: "k3f9", timestamp, body });
  const headers = {
    "webhook-id": "k3f9",
    "webhook-timestamp": String(timestamp),
    "webhook-signature": signature,
  };
  return { secret: secrets.secret ?? "", secrets, headers };
}

describe("the code of the README for Node", () => {
  it("takes what Formlog signs, also with an old key beside the new one", async () => {
    const body = '{"type":"response.created","name":"Åsa 😀"}';
    const { secret, secrets, headers } = await signed(body);
    expect(verify(secret, headers, body)).toBe(true);
    const now = Date.now();
    const made = await credentials.rotate(secrets, { now, random: (bytes) => crypto.getRandomValues(bytes) });
    const timestamp = Number(headers["webhook-timestamp"]);
    const both = await (await makeSigner(made, now))({ id: "k3f9", timestamp, body });
    for (const key of [secret, made.secret ?? ""]) {
      expect(verify(key, { ...headers, "webhook-signature": both }, body)).toBe(true);
    }
  });

  it("refuses another body, another secret and an old message", async () => {
    const { secret, headers } = await signed("{}");
    expect(verify(secret, headers, "{ }")).toBe(false);
    expect(verify(`whsec_${"A".repeat(43)}=`, headers, "{}")).toBe(false);
    const old = await signed("{}", Date.now() - 400_000);
    expect(verify(old.secret, old.headers, "{}")).toBe(false);
  });
});

describe("our own check", () => {
  it("takes what Node's crypto signs, by HMAC and by ed25519", async () => {
    const now = Date.now();
    const message = { id: "m1", timestamp: Math.floor(now / 1000), body: "{}" };
    const content = `${message.id}.${message.timestamp}.${message.body}`;
    const key = Buffer.alloc(32, 7);
    const v1 = `v1,${createHmac("sha256", key).update(content).digest("base64")}`;
    const secret = `whsec_${key.toString("base64")}`;
    expect(await verifyMessage(secret, { ...message, signature: v1 }, now)).toBe(true);
    const { publicKey, privateKey } = generateKeyPairSync("ed25519");
    const v1a = `v1a,${sign(null, Buffer.from(content), privateKey).toString("base64")}`;
    const { x = "" } = publicKey.export({ format: "jwk" });
    const shown = `whpk_${Buffer.from(x, "base64url").toString("base64")}`;
    expect(await verifyMessage(shown, { ...message, signature: v1a }, now)).toBe(true);
    expect(await verifyMessage(shown, { ...message, body: "{ }", signature: v1a }, now)).toBe(false);
  });
});
