/** Secrets of a local installation: made once, kept in the state folder, readable by its owner only. */
import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { localKinds } from "./providers";

export interface LocalSecrets {
  readonly rootKey: string;
  readonly encryptionKey: string;
  /** By kind: what its emulator and its worker share (`makeSecrets` of its local.ts). */
  readonly kinds: Readonly<Record<string, unknown>>;
}

/** The secrets of a state folder; those of a kind that is new are made. */
export async function localSecrets(state: string): Promise<LocalSecrets> {
  const file = path.join(state, "secrets.json");
  const known = existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Partial<LocalSecrets>) : {};
  const kinds: Record<string, unknown> = { ...known.kinds };
  for (const { kind, local } of await localKinds()) kinds[kind] ??= await local.makeSecrets();
  const secrets = {
    rootKey: known.rootKey ?? `root_${randomBytes(24).toString("hex")}`,
    encryptionKey: known.encryptionKey ?? `local:${randomBytes(32).toString("base64")}`,
    kinds,
  };
  writeFileSync(file, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600 });
  return secrets;
}
