/** Refusals of the emulated Twilio, with the numbers and the body of the real one (delivery.md 2.3). */

const MESSAGES: Readonly<Record<number, readonly [status: number, message: string]>> = {
  20001: [400, "Only an empty Body is taken: it redacts the message"],
  20003: [401, "Authenticate"],
  20009: [409, "The message is still being processed; try again when it is finished"],
  20404: [404, "The requested resource was not found"],
  20429: [429, "Too Many Requests"],
  20500: [500, "An internal server error has occurred"],
  21211: [400, "The 'To' number is not a valid phone number"],
  21212: [400, "The 'From' number is not a valid phone number, short code, or alphanumeric sender ID"],
  21266: [400, "'To' and 'From' number cannot be the same"],
  21408: [400, "Permission to send an SMS has not been enabled for the region indicated by the 'To' number"],
  21602: [400, "Message body is required"],
  21603: [400, "A 'From' phone number is required"],
  21604: [400, "A 'To' phone number is required"],
  21606: [
    400,
    "The 'From' phone number provided is not a valid message-capable Twilio phone number for this destination/account",
  ],
  21608: [400, "The number is unverified. Trial accounts cannot send messages to unverified numbers"],
  21609: [400, "The StatusCallback URL is not a valid URL"],
  21610: [400, "Attempt to send to unsubscribed recipient"],
  21611: [429, "This 'From' number has exceeded the maximum number of queued messages"],
  21612: [400, "The 'To' phone number is not currently reachable via SMS"],
  21614: [400, "'To' number is not a valid mobile number"],
  21617: [400, "The concatenated message body exceeds the 1600 character limit"],
  30409: [409, "This message cannot be canceled"],
  35114: [400, "SendAt must be between 5 minutes and 35 days from now"],
  35118: [400, "MessagingServiceSid is required to schedule a message"],
};

/** An answer of Twilio's that is no success. */
export class TwilioError extends Error {
  override readonly name = "TwilioError";
  readonly status: number;

  constructor(
    readonly code: number,
    status?: number,
  ) {
    super(MESSAGES[code]?.[1] ?? "An error has occurred");
    this.status = status ?? MESSAGES[code]?.[0] ?? 400;
  }

  toResponse(): Response {
    const { code, message, status } = this;
    return Response.json(
      { code, message, more_info: `https://www.twilio.com/docs/errors/${code}`, status },
      { status },
    );
  }
}

/** The connection breaks without an answer. A server in front of the emulator destroys the socket. */
export class EmulatorDrop extends Error {
  override readonly name = "EmulatorDrop";
}
