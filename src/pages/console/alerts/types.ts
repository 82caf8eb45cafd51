/** The types of destinations, the inputs of each, and what was typed there as the verb takes it. */
import type { Problem } from "../../../core/errors";
import type { Destination } from "../../../services/alerts";
import { typedIn } from "../sent";

export type DestinationType = Destination["type"];

interface Field {
  readonly name: string;
  readonly label: string;
  readonly hint: string;
  readonly type?: "password" | "url";
  readonly optional?: true;
}

interface Type {
  readonly title: string;
  readonly about: string;
  readonly fields: readonly Field[];
}

const URL_OF = { name: "url", label: "Address", type: "url" } as const;

export const TYPES: Readonly<Record<DestinationType, Type>> = {
  webhook: {
    title: "Webhook",
    about: "A call of a server of yours, signed as Standard Webhooks has it.",
    fields: [{ ...URL_OF, hint: "It begins with https://." }],
  },
  slack: {
    title: "Slack",
    about: "A message in a channel, or in whatever takes the same calls.",
    fields: [{ ...URL_OF, hint: "Of an incoming webhook of Slack. Whoever may read the forms here sees it." }],
  },
  email: {
    title: "E-mail",
    about: "A mail, by a mail service that is called by HTTP.",
    fields: [
      { ...URL_OF, hint: "Where the service takes mails, such as https://api.resend.com/emails." },
      {
        name: "authorization",
        label: "Credential",
        type: "password",
        hint: "What stands in the header Authorization, such as Bearer and a key. Stored encrypted.",
      },
      { name: "from", label: "From", hint: "An address that the service may send from." },
      { name: "to", label: "To", hint: "Addresses, up to 20, with spaces or commas between them." },
    ],
  },
  sms: {
    title: "SMS",
    about: "A text by Twilio, to up to five numbers.",
    fields: [
      { name: "number", label: "Number", hint: "With its country, as +14155552671." },
      {
        name: "from",
        label: "Sender",
        hint: "A number of your account; that of the credentials unless told.",
        optional: true,
      },
      {
        name: "connection",
        label: "Connection",
        hint: "Id of a connection with credentials of Twilio; those of the installation unless told.",
        optional: true,
      },
    ],
  },
};

export const isType = (text: string | null | undefined): text is DestinationType =>
  text !== null && text !== undefined && Object.hasOwn(TYPES, text);

/** What was typed, for services/alerts.ts to check. */
export function readDestination(sent: URLSearchParams): unknown {
  const type = sent.get("type");
  if (!isType(type)) return { type };
  const typed = TYPES[type].fields.flatMap(({ name }) => {
    const text = typedIn(sent, name);
    return text === undefined ? [] : [[name, name === "to" ? text.split(/[\s,]+/) : text] as const];
  });
  return { type, ...Object.fromEntries(typed) };
}

/** What is wrong with what was typed into an input: the pointer of a mistake names it, or a part of it. */
export const mistakeIn = (errors: readonly Problem[] | undefined, name: string): string | undefined =>
  errors?.find(({ pointer }) => pointer.split("/").includes(name))?.detail;
