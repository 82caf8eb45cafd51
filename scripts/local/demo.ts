/** The demo: a workspace, a form, and integrations on it, made once through the API like any other. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { LocalDemo } from "../../src/core/local";
import { catalog } from "../../src/integrations/kinds";
import { type Provider, urlOf } from "./providers";

/**
 * Its key, its form, and by name (`sheets`) the integrations; null: its provider was not emulated when it was looked
 * for.
 */
export interface Demo extends Readonly<Record<string, string | null>> {
  readonly key: string;
  readonly form: string;
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

/** What an index has to know of the form; the others need nothing set up. */
const CONFIGS: Readonly<Record<string, unknown>> = { slang: { text: "comment", city: "city" } };

/** What is looked for in comments. */
const LEXICON = [
  { term: "jugaad", language: "hi", variants: ["जुगाड़"], meaning: "A fix with what is at hand", partOfSpeech: "noun" },
  { term: "yaar", language: "hi", variants: ["यार"], meaning: "Friend", partOfSpeech: "noun" },
  { term: "bindaas", language: "hi", variants: ["बिंदास"], meaning: "Carefree", partOfSpeech: "adjective" },
  { term: "lai bhaari", language: "mr", city: "Pune", variants: ["लय भारी"], meaning: "Very good" },
  { term: "semma", language: "ta", city: "Chennai", variants: ["செம"], meaning: "Great", partOfSpeech: "adjective" },
];

interface MakeDemo {
  readonly state: string;
  readonly rootKey: string;
  readonly providers: readonly Provider[];
  /** Of the API. */
  readonly port: number;
}

/**
 * The demo of a state folder, made at the first start; a kind that is new since then is added. Integrations only where
 * they are emulated.
 */
export async function ensureDemo(url: string, on: MakeDemo): Promise<Demo> {
  const file = path.join(on.state, "demo.json");
  const known = existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Demo) : await makeForm(url, on.rootKey);
  const demo: Demo = { ...known, ...(await addIntegrations(url, known, on)), ...(await addIndexes(url, known)) };
  writeFileSync(file, `${JSON.stringify(demo, null, 2)}\n`, { mode: 0o600 });
  const lines = { url, ...demo };
  const text = Object.entries(lines).map(([name, value]) => `export FORMLOG_${name.toUpperCase()}=${value ?? ""}\n`);
  writeFileSync(path.join(on.state, "demo.env"), text.join(""), { mode: 0o600 });
  return demo;
}

async function makeForm(url: string, rootKey: string): Promise<Demo> {
  const { key } = await post<{ key: string }>(`${url}/v1/workspaces`, rootKey, { name: "Demo" });
  const { id: form } = await post<{ id: string }>(`${url}/v1/forms`, key, FORM);
  return { key, form };
}

async function addIntegrations(url: string, demo: Demo, { providers, port }: MakeDemo) {
  const made: Record<string, string | null> = {};
  for (const provider of providers) {
    const part = provider.local.demo;
    if (!part || demo[part.name] !== undefined) continue;
    const at = `${url}/v1/forms/${demo.form}/integrations`;
    made[part.name] = provider.place === "emulated" ? await add(at, demo.key, { provider, part, port }) : null;
  }
  return made;
}

/** Of kinds that keep an index, those that need nothing set up, or have their config above. */
async function addIndexes(url: string, demo: Demo) {
  const made: Record<string, string> = {};
  for (const manifest of catalog) {
    const { kind, index } = manifest;
    const name = kind.replaceAll("-", "_");
    const config = CONFIGS[kind] ?? {};
    if (!index || !manifest.config.safeParse(config).success || demo[name] !== undefined) continue;
    if (manifest.lexicon) await post(`${url}/v1/lexicon/import.json`, demo.key, { entries: LEXICON });
    const body = { kind, config };
    made[name] = (await post<{ id: string }>(`${url}/v1/forms/${demo.form}/integrations`, demo.key, body)).id;
  }
  return made;
}

async function add(at: string, key: string, on: { provider: Provider; part: LocalDemo; port: number }) {
  const url = urlOf(on.provider, on.port);
  const body = { kind: on.provider.kind, config: on.part.config(url) };
  const { id, secrets = {} } = await post<{ id: string; secrets?: Record<string, string> }>(at, key, body);
  await on.part.tell?.(url, secrets);
  return id;
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
