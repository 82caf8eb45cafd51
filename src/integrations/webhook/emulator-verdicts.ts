/** The emulated receiver as a validator: it says something of responses by the text of their answers, and signs it. */
import * as z from "zod";
import { AnswerSchema } from "./answer";
import { makeSigner } from "./sign";

/** What is said of a response whose answers, as JSON, have the text. Of those that have none of the texts: no flags. */
export const VerdictSchema = z.strictObject({
  containing: z.string().min(1),
  flags: AnswerSchema.shape.flags,
  metadata: AnswerSchema.shape.metadata,
});
export type VerdictInput = z.input<typeof VerdictSchema>;

const EventSchema = z.object({
  type: z.enum(["response.created", "response.updated"]),
  data: z.object({ response: z.object({ revision: z.number(), answers: z.record(z.string(), z.unknown()) }) }),
});

/** A call that was taken. `secret`: by which it is signed; without one the answer is not. */
export interface Taken {
  readonly id: string;
  readonly body: string;
  readonly secret: string | undefined;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** The answer to an event; null: nothing is to be said of it. */
export async function answerEvent(verdicts: readonly VerdictInput[], taken: Taken): Promise<Response | null> {
  if (verdicts.length === 0) return null;
  const event = EventSchema.safeParse(JSON.parse(taken.body));
  if (!event.success) return null;
  const { revision, answers } = event.data.data.response;
  const text = JSON.stringify(answers);
  const struck = verdicts.map((one) => VerdictSchema.parse(one)).filter(({ containing }) => text.includes(containing));
  const metadata = Object.assign({}, ...struck.map((one) => one.metadata));
  const body = JSON.stringify({ revision, flags: struck.flatMap(({ flags = [] }) => flags), metadata });
  return new Response(body, { headers: { "content-type": "application/json", ...(await signed(taken, body)) } });
}

async function signed({ id, secret, now }: Taken, body: string): Promise<Record<string, string>> {
  if (secret === undefined) return {};
  const timestamp = Math.floor(now / 1000);
  const signature = await (await makeSigner({ secret }, now))({ id, timestamp, body });
  return { "webhook-id": id, "webhook-timestamp": String(timestamp), "webhook-signature": signature };
}
