/** The failures of the Sheets emulator, written as Google writes them (google.rpc.Status in JSON). */

/** A refused request: HTTP status, canonical status name, message and details. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  constructor(
    readonly code: number,
    readonly status: string,
    message: string,
    readonly details?: readonly unknown[],
  ) {
    super(message);
  }

  body(): unknown {
    const { code, message, status, details } = this;
    return { error: { code, message, status, ...(details && { details }) } };
  }
}

/** The connection broke: in process `fetch` rejects with it, a server destroys the socket when it sees it. */
export class EmulatorDrop extends Error {
  override readonly name = "EmulatorDrop";
  constructor() {
    super("socket hang up");
  }
}

export const badRequest = (message: string): ApiError => new ApiError(400, "INVALID_ARGUMENT", message);

/** A mistake in `requests[at]` of a batch. */
export const invalidRequest = (at: number, kind: string, message: string): ApiError =>
  badRequest(`Invalid requests[${at}].${kind}: ${message}`);

export const notFound = (): ApiError => new ApiError(404, "NOT_FOUND", "Requested entity was not found.");

export const forbidden = (message = "The caller does not have permission"): ApiError =>
  new ApiError(403, "PERMISSION_DENIED", message);

export const unauthenticated = (): ApiError =>
  new ApiError(
    401,
    "UNAUTHENTICATED",
    "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid " +
      "authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project.",
    [
      {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        reason: "ACCESS_TOKEN_EXPIRED",
        domain: "googleapis.com",
        metadata: { service: "sheets.googleapis.com" },
      },
    ],
  );

/** 429 as seen in the wild (delivery.md 1.6): ErrorInfo names the quota that ran out. */
export function quotaExceeded(what: "Read" | "Write", limit: number): ApiError {
  const name = `${what} requests`;
  return new ApiError(
    429,
    "RESOURCE_EXHAUSTED",
    `Quota exceeded for quota metric '${name}' and limit '${name} per minute per user' of service 'sheets.googleapis.com' for consumer 'project_number:1'.`,
    [
      {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        reason: "RATE_LIMIT_EXCEEDED",
        domain: "googleapis.com",
        metadata: {
          consumer: "projects/1",
          service: "sheets.googleapis.com",
          quota_location: "global",
          quota_limit: `${what}RequestsPerMinutePerUser`,
          quota_limit_value: String(limit),
          quota_metric: `sheets.googleapis.com/${what.toLowerCase()}_requests`,
        },
      },
    ],
  );
}
