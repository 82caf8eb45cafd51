/** The operations of dead letters, described. */
import { operations } from "../openapi/operation";
import { DeadLetterList } from "../openapi/schemas/dead-letters";

export const deadLetterOperations = operations(
  {
    method: "get",
    path: "/v1/dead-letters",
    operationId: "listDeadLetters",
    summary: "List accepted submissions that could not be stored yet",
    description: "They were answered 202 and are kept: the sweeper tries each again, with pauses of up to an hour.",
    tag: "Service",
    scope: "root",
    answers: { 200: { description: "Those that are tried next, and how many there are.", schema: DeadLetterList } },
  },
  {
    method: "post",
    path: "/v1/dead-letters/retry",
    operationId: "retryDeadLetters",
    summary: "Try them again now",
    description:
      "Each is stored once, however often it is tried. Up to a thousand at once, the others with the next sweeps.",
    tag: "Service",
    scope: "root",
    problems: ["conflict"],
    answers: { 200: { description: "What is left.", schema: DeadLetterList } },
  },
  {
    method: "delete",
    path: "/v1/dead-letters/{letter}",
    operationId: "deleteDeadLetter",
    summary: "Give one up",
    description: "Its response will never be stored, and its receipt stays `pending`.",
    tag: "Service",
    scope: "root",
    problems: ["not_found"],
    answers: { 204: { description: "It is gone." } },
  },
);
