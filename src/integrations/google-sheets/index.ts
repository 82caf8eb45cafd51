/** The google-sheets kind, whole: what the engine, the catalog's checks and the worker take. */
import type { Integration } from "../../core/integration";
import { deliver, reconcile, test } from "./deliver";
import { type Config, manifest, type Secrets } from "./manifest";

export const googleSheets: Integration<Config, Secrets> = { manifest, deliver, reconcile, test };
