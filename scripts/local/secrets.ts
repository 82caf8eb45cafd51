/** Secrets of a local installation: made once, kept in the state folder, readable by its owner only. */
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

export interface LocalSecrets {
  readonly rootKey: string;
  readonly encryptionKey: string;
  /** A service account that only the emulator knows. */
  readonly serviceAccount: { readonly client_email: string; readonly private_key: string; readonly publicKey: string };
  readonly twilio: { readonly accountSid: string; readonly authToken: string; readonly from: string };
}

/** The secrets of a state folder. */
export function localSecrets(state: string): LocalSecrets {
  const file = path.join(state, "secrets.json");
  if (existsSync(file)) return JSON.parse(readFileSync(file, "utf8")) as LocalSecrets;
  const made = makeSecrets();
  writeFileSync(file, `${JSON.stringify(made, null, 2)}\n`, { mode: 0o600 });
  return made;
}

function makeSecrets(): LocalSecrets {
  const pair = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
  return {
    rootKey: `root_${randomBytes(24).toString("hex")}`,
    encryptionKey: `local:${randomBytes(32).toString("base64")}`,
    serviceAccount: {
      client_email: "formlog@local-emulator.iam.gserviceaccount.com",
      private_key: pair.privateKey,
      publicKey: pair.publicKey,
    },
    twilio: {
      accountSid: `AC${randomBytes(16).toString("hex")}`,
      authToken: randomBytes(16).toString("hex"),
      from: "+15005550006",
    },
  };
}
