/**
 * What a receiver says of a response when it answers an event: flags and entries of metadata, as a message of Standard
 * Webhooks under the event's own id, signed by the secret that signed the event (docs/decisions/021). Whatever is not
 * so says nothing.
 */
import * as z from "zod";
import type { AnnotationInput } from "../../core/annotation";
import { FLAGS_MAX } from "../../core/flag";
import { FlagSchema } from "../../core/flag-schema";
import { MetadataSchema } from "../../core/metadata-schema";
import type { Heard } from "./client";
import type { Secrets } from "./manifest";
import { keysAt, TOLERANCE_SECONDS, verifyMessage } from "./sign";

/** What is left out stays as it is; `revision` is that of the response which was judged. */
export const AnswerSchema = z.strictObject({
  revision: z.int().min(1).optional(),
  flags: z.array(FlagSchema).max(FLAGS_MAX).optional(),
  metadata: MetadataSchema.optional(),
});

/** The call that is answered. */
export interface Asked {
  readonly id: string;
  readonly revision: number;
  readonly secrets: Secrets;
}

/** What an answer says, or why that does not count: the end of a sentence, for whoever wrote the receiver. */
export type Said = { readonly says: AnnotationInput } | { readonly refused: string };

/** Reads an answer; null: it says nothing of the response, as most do. Never throws. */
export async function readAnswer(heard: Heard, asked: Asked): Promise<Said | null> {
  const refused = (reason: string): Said => ({ refused: reason });
  const { headers, body } = heard;
  if (!headers.has("webhook-signature")) {
    const means = isJson(headers) && /"(flags|metadata)"\s*:/.test(body);
    return means ? refused("it is not signed: webhook-id, webhook-timestamp and webhook-signature are missing") : null;
  }
  const doubt = doubtOf(heard, asked) ?? (await forgeryOf(heard, asked));
  if (doubt !== null) return refused(doubt);
  const value = parse(body);
  if (value === undefined) return refused("its body is no JSON");
  const parsed = AnswerSchema.safeParse(value);
  if (!parsed.success) return refused(explain(parsed.error));
  const { revision = asked.revision, flags, metadata } = parsed.data;
  if (revision !== asked.revision) {
    return refused(`it is about revision ${revision} of the response, and revision ${asked.revision} was sent`);
  }
  if (!flags && !metadata) return null;
  return { says: { ...(flags && { flags }), ...(metadata && { metadata }) } };
}

const isJson = (headers: Headers): boolean =>
  /^application\/json\s*(;|$)/i.test(headers.get("content-type")?.trim() ?? "");

/** What is wrong before any key is asked. */
function doubtOf({ headers, cut, at }: Heard, { id }: Asked): string | null {
  if (!isJson(headers)) return "its content-type is not application/json";
  if (cut) return "it is longer than 16 kB";
  const [named, time] = [headers.get("webhook-id"), headers.get("webhook-timestamp")];
  if (named === null || time === null) return "webhook-id or webhook-timestamp is missing";
  // What was signed for one event must not count for another.
  if (named !== id) return "its webhook-id is not that of the event";
  if (!/^[1-9]\d{0,11}$/.test(time)) return "its webhook-timestamp is no time in seconds";
  if (Math.abs(at / 1000 - Number(time)) > TOLERANCE_SECONDS)
    return "its webhook-timestamp is five minutes off or more";
  return null;
}

/** Whether a secret that held when it came has signed it, the ones before a rotation among them. */
async function forgeryOf({ headers, body, at }: Heard, { id, secrets }: Asked): Promise<string | null> {
  const shared = keysAt(secrets, at).flatMap(({ secret }) => secret ?? []);
  // A private key is ours alone: nobody else can sign by it.
  if (shared.length === 0) return "there is no secret to check it by: give the connection one beside its privateKey";
  const signature = headers.get("webhook-signature") ?? "";
  if (!/(^| )v1,/.test(signature)) return "its webhook-signature has no v1";
  const message = { id, timestamp: Number(headers.get("webhook-timestamp")), body, signature };
  const checks = await Promise.all(shared.map((secret) => verifyMessage(secret, message, at)));
  return checks.includes(true)
    ? null
    : "its webhook-signature is not right: check the secret, and that the body is signed as it is sent";
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function explain({ issues: [issue] }: z.ZodError): string {
  const at = issue?.path.join("/") || "the body";
  return `it is not {"revision"?, "flags"?, "metadata"?}: ${at}: ${issue?.message ?? "not valid"}`.slice(0, 300);
}
