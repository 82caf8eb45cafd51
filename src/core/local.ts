/**
 * What a kind brings to `npm start`: its provider, emulated on this machine, and its part of the demo form. Stands in
 * the kind's `local.ts` and runs in Node (scripts/local); a kind that calls nobody has none. Types only.
 */
import type { Settings } from "./setting";

/** Lines of an append-only file: what was done before, and where to write what is done now. */
export interface Journal {
  readonly lines?: Iterable<string>;
  append(line: string): void;
}

/** A provider that runs in this process. */
export interface EmulatedProvider {
  /** Answers a request; rejects with an error called EmulatorDrop where the connection is to break. */
  readonly fetch: (request: Request) => Promise<Response>;
  /** What goes on there by itself; called once a second. */
  advance?(): Promise<unknown>;
}

export interface LocalKind<Secrets = unknown> {
  /** Port of the emulator, counted from PORT: 1 and up. No two kinds have the same. */
  readonly port: number;
  /** What is printed of it: a word for it, and the path of a page to look at. */
  readonly page: { readonly label: string; readonly path: string };
  /**
   * Variables of the real provider's credentials, and of another server in its place: with any of them it is not
   * emulated.
   */
  readonly credentials: readonly string[];
  readonly address?: string;
  /** Whether it is wanted at all; so unless told. */
  isWanted?(settings: Settings): boolean;
  /** Credentials that only this machine knows: made once and kept in the state folder. */
  makeSecrets(): Secrets | Promise<Secrets>;
  emulate(secrets: Secrets, journal: Journal): EmulatedProvider;
  /**
   * What the workers are to know: of the emulator at `url`, or (null) of whoever is at the `address` that was given.
   */
  variables(secrets: Secrets, url: string | null): Readonly<Record<string, string>>;
  readonly demo?: LocalDemo;
}

/** An integration of the kind on the demo form (scripts/local/demo.ts), where the provider is emulated. */
export interface LocalDemo {
  /** Its id is kept under this name: `sms` is FORMLOG_SMS in demo.env. */
  readonly name: string;
  /** `url`: of the emulator. */
  config(url: string): Readonly<Record<string, unknown>>;
  /** Tells the emulator the credentials that Formlog made, as a person would. */
  tell?(url: string, secrets: Readonly<Record<string, string>>): Promise<void>;
}
