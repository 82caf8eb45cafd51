/**
 * The emulator's messages and its journal. Every change is a line, written before it is answered; the same lines read
 * back at the start give the same messages. A message is replaced, never changed: people may hold the old one.
 */

import * as z from "zod";
import type { Journal } from "../../core/local";

export const STATUSES = [
  "scheduled",
  "accepted",
  "queued",
  "sending",
  "sent",
  "delivered",
  "undelivered",
  "failed",
  "canceled",
  "received",
] as const;
const FINAL: ReadonlySet<string> = new Set(["delivered", "undelivered", "failed", "canceled", "received"]);

const MessageSchema = z.object({
  sid: z.string(),
  direction: z.enum(["outbound-api", "inbound"]),
  status: z.enum(STATUSES),
  to: z.string(),
  from: z.string().nullable(),
  messagingServiceSid: z.string().nullable(),
  body: z.string(),
  /** 0 while no sender has been chosen. */
  segments: z.int(),
  errorCode: z.int().nullable(),
  createdAt: z.number(),
  updatedAt: z.number(),
  sentAt: z.number().nullable(),
  /** Of a scheduled message. */
  sendAt: z.number().nullable(),
  statusCallback: z.string().nullable(),
});
/** A message; times in milliseconds since the epoch. */
export type StoredMessage = Readonly<z.infer<typeof MessageSchema>>;

const LineSchema = z.discriminatedUnion("op", [
  z.object({ op: z.literal("put"), message: MessageSchema }),
  z.object({ op: z.literal("delete"), sid: z.string() }),
  z.object({ op: z.literal("opt"), out: z.boolean(), person: z.string(), sender: z.string() }),
]);
type Line = z.infer<typeof LineSchema>;

export interface Store {
  /** Oldest first. */
  readonly messages: ReadonlyMap<string, StoredMessage>;
  /** SIDs of messages whose life goes on. */
  readonly open: ReadonlySet<string>;
  put(message: StoredMessage): void;
  delete(sid: string): void;
  /** A person's STOP or START to a sender. */
  opt(person: string, sender: string, out: boolean): void;
  /** Whether the person has stopped this sender; without one, any of ours. */
  hasOptedOut(person: string, sender: string | null): boolean;
}

/** Opens the store; lines that do not parse (a torn last line) are passed over. */
export function openStore(journal: Journal | undefined): Store {
  const messages = new Map<string, StoredMessage>();
  const open = new Set<string>();
  const optOuts = new Map<string, Set<string>>();
  const apply = (line: Line) => {
    if (line.op === "opt") {
      const senders = optOuts.get(line.person) ?? new Set();
      if (line.out) senders.add(line.sender);
      else senders.delete(line.sender);
      optOuts.set(line.person, senders);
      return;
    }
    const sid = line.op === "put" ? line.message.sid : line.sid;
    if (line.op === "put") messages.set(sid, line.message);
    else messages.delete(sid);
    if (line.op === "put" && !FINAL.has(line.message.status)) open.add(sid);
    else open.delete(sid);
  };
  const commit = (line: Line) => {
    journal?.append(JSON.stringify(line));
    apply(line);
  };
  let last = "";
  for (const text of journal?.lines ?? []) {
    const line = parseLine(text);
    if (line) apply(line);
    last = text;
  }
  // A last line without its end is ended, or the next one would be glued to it and lost with it.
  if (last !== "") journal?.append("");
  return {
    messages,
    open,
    put: (message) => commit({ op: "put", message }),
    delete: (sid) => commit({ op: "delete", sid }),
    opt: (person, sender, out) => commit({ op: "opt", person, sender, out }),
    hasOptedOut(person, sender) {
      const senders = optOuts.get(person);
      return sender === null ? (senders?.size ?? 0) > 0 : (senders?.has(sender) ?? false);
    },
  };
}

function parseLine(text: string): Line | null {
  try {
    return LineSchema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}
