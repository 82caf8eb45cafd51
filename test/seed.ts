/**
 * Property tests draw the same cases in every run, so that none fails by chance; `FC_SEED` (vitest.config.ts) draws
 * others.
 */
import fc from "fast-check";
import { inject } from "vitest";

declare module "vitest" {
  interface ProvidedContext {
    readonly seed: number;
  }
}

fc.configureGlobal({ seed: inject("seed") });
