/** The google-sheets kind, whole: what the engine, the catalog's checks and the worker take. */
import type { Integration } from "../../core/integration";
import { deliver, test } from "./deliver";
import { inventory } from "./inventory";
import { type Config, manifest, type Secrets } from "./manifest";
import { reconcile } from "./reconcile";

export const googleSheets: Integration<Config, Secrets> = { manifest, deliver, reconcile, test, inventory };
