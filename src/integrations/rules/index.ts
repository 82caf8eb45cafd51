/**
 * The rules kind: responses that have too much in common with one before them. README.md says what is compared, and
 * what it costs.
 */
import { indexOf, type NoSecrets, testIndex } from "../../core/index-kind";
import type { Integration } from "../../core/integration";
import { deliver } from "./deliver";
import { type Config, manifest } from "./manifest";
import { forgetKeys } from "./tables";

export const rules: Integration<Config, NoSecrets> = {
  manifest,
  deliver,
  // A page that is applied again changes nothing, and is judged alike.
  reconcile: async () => ({ outcomes: new Map() }),
  test: (deps) => testIndex(indexOf(deps).index),
  forget: forgetKeys,
};
