/** The kinds that `drain` measures: how each is configured, what it has delivered, and what bounds it. */
import type { CostedKind } from "./cost-kinds";
import type { Delivered } from "./providers";
import { TEXT } from "./providers";

export interface DrainedKind {
  readonly kind: CostedKind;
  readonly title: string;
  /** Of the integration on the form with so many responses waiting. */
  config(waiting: number, port: number): Readonly<Record<string, unknown>>;
  /** Of responses of this form, where their bytes make a page smaller than the policy's number. */
  readonly pageOfForm?: number;
  /** Ids of responses that arrived, each as often as it did. */
  arrived(delivered: Delivered): readonly string[];
  /** The calls that deliver, as the provider counts them; other calls are told beside them. */
  readonly call: string;
  readonly called: string;
  /** What a second can't be more than, and where that is said. */
  readonly bound: string;
}

export const spreadsheetOf = (waiting: number) => `drain-${waiting}`;

export const DRAINED: readonly DrainedKind[] = [
  {
    kind: "google-sheets",
    title: "Google Sheets",
    config: (waiting) => ({ spreadsheetId: spreadsheetOf(waiting) }),
    pageOfForm: 1_200,
    arrived: ({ rows }) => rows,
    call: "Google batchUpdate",
    called: "writes",
    bound:
      "a page of at most 2,500 responses or 700 KB of answers every 2 s (policy), and 45 pages a minute for a credential (budget; Google allows 60 reads and 60 writes)",
  },
  {
    kind: "twilio-sms",
    title: "SMS by Twilio",
    // As at Twilio itself: its statuses are asked for a quarter of an hour later, and not measured here.
    config: () => ({ to: "phone", body: TEXT, defaultCountry: "IN", statusCallbacks: false }),
    arrived: ({ texts }) => texts,
    call: "Twilio create",
    called: "texts",
    bound:
      "50 creates a second for an account (budget), of the 100 segments a second that the sender takes; pages of 20, five calls at once",
  },
  {
    kind: "webhook",
    title: "Webhook",
    config: (_, port) => ({ url: `http://127.0.0.1:${port + 3}/hook`, events: ["response.created"] }),
    arrived: ({ calls }) => calls.map(([, response]) => response),
    call: "receiver calls",
    called: "calls",
    bound: "pages of 25, five calls at once: the CPU of workerd here, the receiver's answer times 1/5 elsewhere",
  },
];
