/**
 * `npm run serve`: an installation on a machine of one's own, for systemd (ops/formlog.service, docs/operating.md).
 * Ends with 78 when its settings are not right, with 1 when the workers are lost.
 */
import { mkdirSync } from "node:fs";
import path from "node:path";
import { migrateState } from "./local/migrate";
import { requireFreePort } from "./local/processes";
import { say } from "./serve/log";
import { startService } from "./serve/service";
import { readServeSettings, type ServeSettings } from "./serve/settings";

const root = path.resolve(import.meta.dirname, "..");
/** EX_CONFIG of sysexits(3): starting again would not help. */
const NOT_CONFIGURED = 78;

async function serve(settings: ServeSettings): Promise<void> {
  mkdirSync(settings.state, { recursive: true, mode: 0o700 });
  await requireFreePort(settings.port);
  const migrated = await migrateState(root, settings.state);
  if (migrated.length > 0) say("info", "migrated", { files: migrated });
  const { url, stop } = await startService({ root, ...settings }, () => {
    say("error", "workers_lost", { action: "the service ends; systemd starts it again" });
    process.exit(1);
  });
  let stopping = false;
  const end = async () => {
    if (stopping) return;
    stopping = true;
    await stop();
    process.exit(0);
  };
  process.on("SIGTERM", end);
  process.on("SIGINT", end);
  say("info", "serving", { url, publicUrl: settings.vars.PUBLIC_URL, state: settings.state });
}

function readSettings(): ServeSettings {
  try {
    return readServeSettings(root, process.env);
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    process.exit(NOT_CONFIGURED);
  }
}

try {
  process.umask(0o077);
  await serve(readSettings());
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exit(1);
}
