/** Credentials that Formlog makes itself, for kinds whose other side only has to know them (a signing key). */

export interface Credentials<Secrets = unknown> {
  generate(random: RandomBytes): Promise<Secrets>;
  /** New ones; the old ones hold for a while beside them, as long as the kind says. `now`: milliseconds. */
  rotate(secrets: Secrets, on: { readonly now: number; readonly random: RandomBytes }): Promise<Secrets>;
  /** What the other side must be told: answered once, when they are made, and never again. */
  shown(secrets: Secrets): Readonly<Record<string, string>>;
}

/** Fills the array that it is given, and returns it. */
export type RandomBytes = (bytes: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer>;
