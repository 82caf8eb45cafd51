/** `npm start`: everything on this machine. Migrations, all workers, the emulators, a demo form; then the links. */
import { mkdirSync } from "node:fs";
import path from "node:path";
import { type Demo, ensureDemo } from "./local/demo";
import { DEMO_SPREADSHEET, startGoogle, startTwilio } from "./local/emulators";
import { endLeftovers, requireFreePort, whenAbandoned } from "./local/processes";
import { localSecrets } from "./local/secrets";
import { type LocalSettings, readSettings } from "./local/settings";
import { migrate, type Stack, startWorkers } from "./local/stack";

const root = path.resolve(import.meta.dirname, "..");

async function start(): Promise<Stack> {
  const settings = readSettings(root, process.env);
  const { port, state, emulate } = settings;
  mkdirSync(state, { recursive: true, mode: 0o700 });
  endLeftovers(root, state);
  await requireFreePort(port);
  const secrets = localSecrets(state);
  console.log("Formlog is starting …");
  const emulated: Record<string, string> = {};
  if (emulate.google) {
    await requireFreePort(port + 1);
    Object.assign(emulated, await startGoogle(state, secrets, port + 1));
  }
  if (emulate.twilio) {
    await requireFreePort(port + 2);
    Object.assign(emulated, await startTwilio(state, secrets, port + 2));
  }
  const { client_email, private_key } = secrets.serviceAccount;
  const vars = {
    FORMLOG_ROOT_KEY: secrets.rootKey,
    FORMLOG_ENCRYPTION_KEY: secrets.encryptionKey,
    PUBLIC_URL: `http://localhost:${port}`,
    // Another server than Google's may be given by its address alone.
    ...(settings.vars.GOOGLE_SHEETS_URL && { GOOGLE_SERVICE_ACCOUNT: JSON.stringify({ client_email, private_key }) }),
    ...(settings.vars.TWILIO_API_URL && {
      TWILIO_ACCOUNT_SID: secrets.twilio.accountSid,
      TWILIO_AUTH_TOKEN: secrets.twilio.authToken,
      TWILIO_FROM: secrets.twilio.from,
      TWILIO_LOOK_SECONDS: "5,10",
    }),
    ...emulated,
    ...settings.vars,
  };
  await migrate({ root, state });
  const stack = await startWorkers({ root, state, port, vars });
  const demo = await ensureDemo(stack.url, { state, rootKey: vars.FORMLOG_ROOT_KEY, emulate });
  printLinks(settings, stack, { demo, rootKey: vars.FORMLOG_ROOT_KEY });
  return stack;
}

function printLinks(
  settings: LocalSettings,
  { url, log }: Stack,
  { demo, rootKey }: { demo: Demo; rootKey: string },
): void {
  const { port, emulate, state } = settings;
  const lines = [
    "",
    `  Hosted form     ${url}/f/${demo.form}`,
    emulate.google
      ? `  Emulated sheet  http://127.0.0.1:${port + 1}/sheets/${DEMO_SPREADSHEET}?refresh=2`
      : `  Google Sheets   ${settings.vars.GOOGLE_SHEETS_URL ?? "the real one"}`,
    emulate.twilio
      ? `  Emulated phone  http://127.0.0.1:${port + 2}/?refresh=2`
      : `  Twilio          ${settings.vars.TWILIO_API_URL ?? "the real one"}`,
    `  API             ${url}/v1`,
    `  Key             ${demo.key}`,
    `  Root key        ${rootKey}`,
    `  Log             ${log}`,
    `  State           ${state} (names for the shell: source ${path.relative(process.cwd(), path.join(state, "demo.env"))})`,
    "",
    "Submit a response from another terminal:",
    "",
    `  curl -X POST ${url}/v1/forms/${demo.form}/responses \\`,
    "    -H 'Content-Type: application/json' \\",
    `    -d '{"answers":{"name":"Asha","phone":"+919876543210","city":"pune","rating":5}}'`,
    "",
    "Ctrl-C stops; the next start goes on where this one ended.",
    "",
  ];
  console.log(lines.join("\n"));
}

try {
  const stack = await start();
  let stopping = false;
  const stop = () => {
    stopping = true;
    stack.stop();
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  // When npm is killed hard, nobody would stop us.
  if (process.env.npm_lifecycle_event) whenAbandoned(stop);
  const code = await stack.ended;
  if (!stopping) console.error(`The workers ended (${code}); see ${stack.log}`);
  process.exit(stopping ? 0 : 1);
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exit(1);
}
