/** The demo: a workspace, a form, and both integrations on it, made once through the API like any other. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { DEMO_SPREADSHEET } from "./emulators";

export interface Demo {
  readonly key: string;
  readonly form: string;
  readonly sheets: string | null;
  readonly sms: string | null;
}

const FORM = {
  title: "Clinic visit",
  description: "A demo form. What you send becomes a row in the sheet and a text message on the phone.",
  questions: [
    { ref: "name", type: "short_text", title: "Your name", required: true },
    {
      ref: "phone",
      type: "phone_number",
      title: "Mobile number",
      description: "We text you a receipt.",
      required: true,
    },
    {
      ref: "city",
      type: "dropdown",
      title: "City",
      choices: [
        { id: "pune", label: "Pune" },
        { id: "delhi", label: "Delhi" },
        { id: "chennai", label: "Chennai" },
      ],
    },
    {
      ref: "reasons",
      type: "multiple_choice",
      title: "Why did you come?",
      choices: [
        { id: "checkup", label: "Check-up" },
        { id: "vaccination", label: "Vaccination" },
        { id: "other", label: "Something else" },
      ],
    },
    { ref: "visit_date", type: "date", title: "Date of the visit" },
    { ref: "rating", type: "rating", title: "How was it?" },
    { ref: "comment", type: "long_text", title: "Anything to add?" },
  ],
};

const SMS_BODY = "Thanks {{name}}, we have received your answers. Receipt {{response_id}}";

/** The demo of a state folder, made at the first start. Integrations only where they are emulated. */
export async function ensureDemo(
  url: string,
  on: { state: string; rootKey: string; emulate: { google: boolean; twilio: boolean } },
): Promise<Demo> {
  const file = path.join(on.state, "demo.json");
  const demo = existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Demo) : await makeDemo(url, on);
  writeFileSync(file, `${JSON.stringify(demo, null, 2)}\n`, { mode: 0o600 });
  const lines = {
    FORMLOG_URL: url,
    FORMLOG_KEY: demo.key,
    FORMLOG_FORM: demo.form,
    FORMLOG_SHEETS: demo.sheets,
    FORMLOG_SMS: demo.sms,
  };
  const text = Object.entries(lines).map(([name, value]) => `export ${name}=${value ?? ""}\n`);
  writeFileSync(path.join(on.state, "demo.env"), text.join(""), { mode: 0o600 });
  return demo;
}

async function makeDemo(
  url: string,
  on: { rootKey: string; emulate: { google: boolean; twilio: boolean } },
): Promise<Demo> {
  const { key } = await post<{ key: string }>(`${url}/v1/workspaces`, on.rootKey, { name: "Demo" });
  const form = await post<{ id: string }>(`${url}/v1/forms`, key, FORM);
  const integrations = `${url}/v1/forms/${form.id}/integrations`;
  const add = async (body: unknown) => (await post<{ id: string }>(integrations, key, body)).id;
  return {
    key,
    form: form.id,
    sheets: on.emulate.google
      ? await add({ kind: "google-sheets", config: { spreadsheetId: DEMO_SPREADSHEET } })
      : null,
    sms: on.emulate.twilio
      ? await add({ kind: "twilio-sms", config: { to: "phone", body: SMS_BODY, defaultCountry: "IN" } })
      : null,
  };
}

async function post<T>(url: string, key: string, body: unknown): Promise<T> {
  const response = await fetch(url, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`The demo could not be made: ${response.status} ${await response.text()}`);
  return (await response.json()) as T;
}
