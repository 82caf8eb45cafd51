/** Answers of every sort, made from a number, and what the sheet and the phone must show for them. */
import type { Cell } from "../support/emulated";
import type { Random } from "./simulation/random";

export const CITIES = ["Pune", "Delhi", "Chennai", "São Paulo", "=CITY()"];
export const REASONS = ["Check-up", "Vaccination", "Something, else", "+1"];

const choices = (labels: readonly string[]) => labels.map((label, i) => ({ id: `c${i}`, label }));

export const FORM = {
  title: "Chaos",
  questions: [
    { ref: "name", type: "short_text", title: "Name", required: true },
    { ref: "phone", type: "phone_number", title: "Phone", required: true },
    { ref: "amount", type: "number", title: "Amount" },
    { ref: "age", type: "integer", title: "Age" },
    { ref: "city", type: "dropdown", title: "City", choices: choices(CITIES) },
    { ref: "reasons", type: "multiple_choice", title: "Reasons", choices: choices(REASONS) },
    { ref: "visited", type: "date", title: "Visited" },
    { ref: "member", type: "yes_no", title: "Member" },
    { ref: "place", type: "location", title: "Place" },
    { ref: "comment", type: "long_text", title: "Comment" },
  ],
};
export const HEADER = ["Response ID", "Received at", ...FORM.questions.map(({ title }) => title)];
export const SMS = { to: "phone", body: "Thanks {{name}}, receipt {{response_id}}", defaultCountry: "IN" };

/** The emulated Google refuses a request with this text in it: its row must be parked, and no other. */
export const REFUSED_BY_GOOGLE = "text-that-google-refuses";

export interface Answers {
  readonly name: string;
  readonly phone: string;
  readonly amount?: number;
  readonly age?: number;
  readonly city?: string;
  readonly reasons?: readonly string[];
  readonly visited?: string;
  readonly member?: boolean;
  readonly place?: { readonly latitude: number; readonly longitude: number };
  readonly comment?: string;
}

/** Why a response must be parked; null: it must be delivered. */
export interface Planned {
  readonly n: number;
  readonly answers: Answers;
  readonly parkedAtSheet: RegExp | null;
  readonly parkedAtPhone: RegExp | null;
}

const NAMES = [
  "Asha",
  "José Ñandú",
  "=SUM(A1:A9)",
  "@reboot",
  "+91 22",
  "-1",
  "'quoted",
  "😀 👩‍👩‍👧",
  "李小龍",
  'x","y',
];
const COMMENTS = [
  "fine",
  '=HYPERLINK("https://example.org","click")',
  "line one\nline two\ttabbed",
  "🏥".repeat(50),
  '{{name}} %s <b>bold</b> & \\ "',
  "नमस्ते, डॉक्टर बहुत अच्छे थे। مرحبا",
  "007",
  "TRUE",
  "2026-11-23",
];

/** Numbers that no text can be sent to, and what must be said of them. */
const BAD_PHONES: readonly (readonly [string, RegExp])[] = [
  ["12345", /^The phone number is not valid\./],
  ["+15005550009", /not a mobile number/],
  ["+15005550001", /^Twilio says that the recipient's number is not valid\./],
];

/**
 * Response number `n` (below 90,000): every fiftieth has a bad number, one of every ten thousand is refused by Google.
 */
export function planResponse(n: number, random: Random): Planned {
  const bad = n % 50 === 49 ? random.pick(BAD_PHONES) : undefined;
  const refused = n % 10_000 === 1_007;
  const details = refused ? { comment: `${REFUSED_BY_GOOGLE} ${n}` } : planDetails(random);
  const name = `${random.pick(NAMES)} ${n}`;
  return {
    n,
    answers: { name, phone: bad?.[0] ?? `+9198765${10_000 + n}`, ...details },
    parkedAtSheet: refused ? /^Google refuses the content/ : null,
    parkedAtPhone: bad?.[1] ?? null,
  };
}

/** Everything but name and phone, each left out now and then: also what an edit puts in their place. */
export function planDetails(random: Random): Omit<Answers, "name" | "phone"> {
  const maybe = <T>(value: T): T | undefined => (random.chance(0.8) ? value : undefined);
  const comment = random.chance(0.01) ? "long ".repeat(2_000 + random.below(4_000)).trim() : random.pick(COMMENTS);
  const reasons = REASONS.map((_, i) => `c${i}`).filter(() => random.chance(0.4));
  const day = new Date(Date.UTC(1950, 0, 1) + random.below(30_000) * 86_400_000).toISOString().slice(0, 10);
  const all = {
    amount: maybe(Math.round((random.next() - 0.3) * 1e8) / 100),
    age: maybe(random.below(100)),
    city: maybe(`c${random.below(CITIES.length)}`),
    reasons: reasons.length > 0 ? maybe(reasons) : undefined,
    visited: maybe(day),
    member: maybe(random.chance(0.5)),
    place: maybe({ latitude: random.below(180) - 90, longitude: random.below(3_600) / 10 - 180 }),
    comment: maybe(comment),
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

/** 1899-12-30, serial 0 of a spreadsheet's days. */
const serial = (time: number) => (time - Date.UTC(1899, 11, 30)) / 86_400_000;

/** The row of a response: id, time and answers; `answers` null when it was erased. */
export function cellsOf({ id, receivedAt, answers }: Shown): readonly Cell[] {
  const receivedSerial = Math.round(serial(Date.parse(receivedAt)) * 1e8) / 1e8;
  if (answers === null) return [id, receivedSerial, ...FORM.questions.map(() => null)];
  const { name, phone, amount, age, city, reasons, visited, member, place, comment } = answers;
  const labelOf = (labels: readonly string[], choice: string) => labels[Number(choice.slice(1))] ?? "";
  return [
    id,
    receivedSerial,
    name,
    phone,
    amount ?? null,
    age ?? null,
    city === undefined ? null : labelOf(CITIES, city),
    reasons?.map((choice) => labelOf(REASONS, choice)).join(", ") ?? null,
    visited === undefined ? null : serial(Date.parse(`${visited}T00:00:00Z`)),
    member ?? null,
    place ? `${place.latitude}, ${place.longitude}` : null,
    comment ?? null,
  ];
}

interface Shown {
  readonly id: string;
  readonly receivedAt: string;
  readonly answers: Answers | null;
}

/** The text of a response. */
export const textOf = (id: string, { name }: Answers): string => `Thanks ${name}, receipt ${id}`;
