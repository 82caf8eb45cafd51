/**
 * What Formlog builds on at Twilio and what documents only say, tried one by one. All of it is free of charge but
 * `checkByText`, which sends one text.
 */
import * as z from "zod";
import { AFTER_MS, BEFORE_MS } from "../../src/integrations/twilio-sms/reconcile";
import { stageOf } from "../../src/integrations/twilio-sms/statuses";
import type { Answer, Wire } from "./wire";

export interface Finding {
  readonly assumption: string;
  readonly seen: string;
  /** Null: it could not be tried. */
  readonly holds: boolean | null;
}

/** The sender, as the parameters of a create (`From` or `MessagingServiceSid`). */
export type Sender = Readonly<Record<string, string>>;

/** Time and its passing, in milliseconds. */
export interface Time {
  now(): number;
  sleep(ms: number): Promise<void>;
}

const ErrorBody = z.object({ code: z.int(), message: z.string(), status: z.int() });
const Message = z.object({
  sid: z.string(),
  status: z.string(),
  body: z.string().nullable(),
  to: z.string().nullable(),
  direction: z.string(),
  date_created: z.string(),
  date_sent: z.string().nullable(),
  error_code: z.int().nullable(),
});
const List = z.object({ messages: z.array(Message), next_page_uri: z.string().nullable() });
type Message = z.infer<typeof Message>;

/** Twilio's number that is never valid, with live credentials as with those for tests. */
const INVALID = "+15005550001";
const NOBODY = `SM${"0".repeat(32)}`;
/** What Twilio's test credentials answer, by recipient and by sender (twilio.com/docs/iam/test-credentials). */
const MAGIC_FROM = "+15005550006";
const MAGIC_TO = "+14108675310";
const MAGIC: readonly (readonly [params: Record<string, string>, code: number])[] = [
  [{ To: "+15005550001" }, 21211],
  [{ To: "+15005550002" }, 21612],
  [{ To: "+15005550003" }, 21408],
  [{ To: "+15005550004" }, 21610],
  [{ To: "+15005550009" }, 21614],
  [{ From: "+15005550001" }, 21212],
  [{ From: "+15005550007" }, 21606],
  [{ From: "+15005550008" }, 21611],
];

const BY_SID = "A message is answered by its SID, with a status that Formlog knows";

const finding = (assumption: string, seen: string, holds: boolean | null): Finding => ({ assumption, seen, holds });
const notTried = (assumption: string, why: string) => finding(assumption, `not tried: ${why}`, null);

/**
 * An answer in a line: its status and, of an error, what it reads. Numbers are left out: this goes to terminals and
 * tickets.
 */
function told({ status, body }: Answer): string {
  const error = ErrorBody.safeParse(body).data;
  if (!error)
    return `HTTP ${status}, ${typeof body === "object" && body ? `keys ${Object.keys(body).join(", ")}` : "no JSON"}`;
  return `HTTP ${status}, code ${error.code}, status ${error.status}: "${error.message.replaceAll(/\+?\d{6,}/g, "…")}"`;
}

function refused(answer: Answer, status: number, code: number): boolean {
  const error = ErrorBody.safeParse(answer.body).data;
  return answer.status === status && error?.code === code && error.status === status;
}

const messagesIn = (answer: Answer): readonly Message[] => List.safeParse(answer.body).data?.messages ?? [];
const dayOf = (ms: number) => new Date(ms).toISOString().slice(0, 10);

/** Errors as they read, and lists, without sending anything. */
export async function* checkForFree(wire: Wire, sender: Sender | null): AsyncGenerator<Finding> {
  const listed = await wire.list({ PageSize: "50" });
  const list = List.safeParse(listed.body);
  const credentials = "Twilio takes the credentials and answers with messages and next_page_uri";
  const seen = list.success ? `HTTP ${listed.status}, ${list.data.messages.length} messages` : told(listed);
  yield finding(credentials, seen, listed.status === 200 && list.success);
  const wrong = await wire.with("formlog-verifies-a-wrong-token").list({ PageSize: "1" });
  yield finding("Wrong credentials are refused with HTTP 401 and code 20003", told(wrong), refused(wrong, 401, 20003));
  const none = await wire.fetch(NOBODY);
  yield finding("A message that is not there is HTTP 404 with code 20404", told(none), refused(none, 404, 20404));
  const invalid = "A number that is none is refused with HTTP 400 and code 21211";
  if (sender) {
    const bad = await wire.create({ ...sender, To: INVALID, Body: "Formlog verifies an error" });
    yield finding(invalid, told(bad), refused(bad, 400, 21211));
  } else yield notTried(invalid, "there is no sender; set TWILIO_FROM");
  const known = messagesIn(listed).find(({ direction, date_sent }) => direction === "outbound-api" && date_sent);
  yield* checkFilters(wire, known ?? null);
}

/** Lists by number and by day, and a message by its SID. */
async function* checkFilters(wire: Wire, known: Message | null): AsyncGenerator<Finding> {
  const [byTo, byDay] = [
    "The list can be had by To, and has the messages to that number alone",
    "The list can be had by DateSent>=, and has what was sent since",
  ];
  if (!known) {
    for (const assumption of [byTo, byDay, BY_SID]) yield notTried(assumption, "the account has sent no text yet");
    return;
  }
  const { sid, to } = known;
  const toThem = await wire.list({ To: to ?? "", PageSize: "50" });
  const others = messagesIn(toThem).filter((message) => message.to !== to).length;
  const found = messagesIn(toThem).some((message) => message.sid === sid);
  yield finding(byTo, `${messagesIn(toThem).length} listed, ${others} to others`, found && others === 0);
  const sentAt = Date.parse(known.date_sent ?? "");
  const day = dayOf(sentAt);
  const since = await wire.list({ "DateSent>": day, To: to ?? "", PageSize: "1000" });
  const after = await wire.list({ "DateSent>": dayOf(sentAt + 86_400_000), To: to ?? "", PageSize: "1000" });
  const has = (answer: Answer) => messagesIn(answer).some((message) => message.sid === sid);
  const seen = `${has(since) ? "there" : "missing"} on its day, ${has(after) ? "there" : "left out"} the day after`;
  yield finding(byDay, seen, after.status === 200 && has(since) && !has(after));
  yield checkBySid(wire, sid);
}

async function checkBySid(wire: Wire, sid: string): Promise<Finding> {
  const fetched = await wire.fetch(sid);
  const { data } = Message.safeParse(fetched.body);
  const known = data?.sid === sid && stageOf(data.status) !== undefined;
  return finding(BY_SID, data ? `HTTP ${fetched.status}, ${data.status}` : told(fetched), known);
}

/** The numbers that Twilio's test credentials answer in a known way. */
export async function* checkMagicNumbers(wire: Wire): AsyncGenerator<Finding> {
  const usual = { To: MAGIC_TO, From: MAGIC_FROM, Body: "Formlog verifies" };
  const taken = await wire.create(usual);
  const { data } = Message.partial().safeParse(taken.body);
  const seen = data?.sid ? `HTTP ${taken.status}, ${data.status}` : told(taken);
  yield finding(
    "Test credentials: a create is HTTP 201, queued",
    seen,
    taken.status === 201 && data?.status === "queued",
  );
  for (const [params, code] of MAGIC) {
    const answer = await wire.create({ ...usual, ...params });
    const [name, number] = Object.entries(params)[0] ?? [];
    const { data: error } = ErrorBody.safeParse(answer.body);
    const holds = answer.status >= 400 && error?.code === code && error.status === answer.status;
    yield finding(`Test credentials: ${name} ${number} is refused with code ${code}`, told(answer), holds);
  }
}

interface TextCheck {
  readonly to: string;
  readonly sender: Sender;
  readonly time: Time;
  /** How long the list may lag behind and the text may take to leave, in seconds. */
  readonly waitSeconds: number;
}

const POLL_MS = 1_000;

/** Sends one text, and watches how it comes into Twilio's list. */
export async function* checkByText(wire: Wire, { to, sender, time, waitSeconds }: TextCheck): AsyncGenerator<Finding> {
  const startedAt = time.now();
  // What an encoding could spoil; with its time it is unlike any other text.
  const body = `Formlog ✓ 1+1 & 100% ${startedAt.toString(36)}`;
  const made = await wire.create({ ...sender, To: to, Body: body, ValidityPeriod: "3600" });
  const { data } = Message.safeParse(made.body);
  const initial = data?.status === "queued" || data?.status === "accepted";
  const taken = made.status === 201 && /^(SM|MM)[0-9a-f]{32}$/.test(data?.sid ?? "") && initial;
  const create = "A create with ValidityPeriod is HTTP 201 with a SID, queued or accepted";
  yield finding(create, data ? `HTTP ${made.status}, ${data.status}` : told(made), taken);
  if (!data) return;
  const { sid } = data;
  const until = async <T>(look: () => Promise<T | undefined>): Promise<T | undefined> => {
    for (const end = time.now() + waitSeconds * 1000; ; await time.sleep(POLL_MS)) {
      const found = await look();
      if (found !== undefined || time.now() >= end) return found;
    }
  };
  const lookFor = async (query: Readonly<Record<string, string>>) =>
    messagesIn(await wire.list({ ...query, PageSize: "50" })).find((message) => message.sid === sid);
  const listedFrom = time.now();
  const listed = await until(() => lookFor({ To: to }));
  const lag = Math.round((time.now() - listedFrom) / 1000);
  const shows = `The list by To shows a new message within ${waitSeconds} s (Formlog looks after 60 s, and again 5 minutes later)`;
  yield finding(shows, listed ? `after ${lag} s` : `not within ${lag} s`, listed !== undefined);
  if (!listed) return;
  const equal = listed.body === body && listed.direction === "outbound-api";
  yield finding(
    "Its text there is what was sent, and its direction outbound-api",
    equal ? "the same" : "another",
    equal,
  );
  const created = Date.parse(listed.date_created);
  const within = created >= startedAt - BEFORE_MS && created <= startedAt + AFTER_MS;
  const clock = `${Math.round((created - startedAt) / 1000)} s by this machine's clock`;
  yield finding("Its date_created is within a minute before and ten minutes after the call", clock, within);
  yield checkBySid(wire, sid);
  const sent = await until(async () => {
    const { data: now } = Message.safeParse((await wire.fetch(sid)).body);
    return now?.date_sent ? now : undefined;
  });
  const bySent = "Once it is sent, the list by DateSent>= has it";
  if (!sent) return yield notTried(bySent, `it was not sent within ${waitSeconds} s`);
  const day = dayOf(Date.parse(sent.date_sent ?? ""));
  const there = await until(() => lookFor({ "DateSent>": day, To: to }));
  yield finding(bySent, there ? `there, ${sent.status}` : "missing", there !== undefined);
}
