/** The my-kind kind, whole: what the engine and the worker take. README.md says what it promises. */
import type { Integration } from "../../../src/core/integration";
import { deliver, reconcile, test } from "./deliver";
import { type Config, manifest, type Secrets } from "./manifest";

export const myKind: Integration<Config, Secrets> = { manifest, deliver, reconcile, test };
