/**
 * A bad way to a server: an HTTP proxy that breaks a share of what passes, by what a network and its gateways do and no
 * emulator of ours knows of.
 */
import http from "node:http";
import type { AddressInfo } from "node:net";
import { pause } from "./options";
import type { Random } from "./simulation/random";

/** `…_after`: the server has executed the request. */
const TROUBLES = [
  "reset",
  "reset_after",
  "slow",
  "html_502",
  "html_502_after",
  "cut_body",
  "busy_503",
  "busy_503_after",
  "busy_503_retry_after",
] as const;
type Trouble = (typeof TROUBLES)[number];

const SLOW_MS = 4_000;

export interface FlakyProxy {
  readonly url: string;
  /** How often each trouble came. */
  readonly troubles: Readonly<Record<string, number>>;
  close(): Promise<void>;
}

/**
 * Puts a proxy in front of a server; `share` of the requests meet trouble. Listens on `port`, any free one unless told.
 */
export async function startFlakyProxy(
  target: string,
  share: number | (() => number),
  random: Random,
  port = 0,
): Promise<FlakyProxy> {
  const troubles: Record<string, number> = {};
  const server = http.createServer((request, response) => {
    const trouble = random.chance(typeof share === "number" ? share : share()) ? (random.pick(TROUBLES) ?? null) : null;
    if (trouble) troubles[trouble] = (troubles[trouble] ?? 0) + 1;
    pass(target, trouble, { request, response }).catch(() => request.socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  const { port: listening } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${listening}`,
    troubles,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface Exchange {
  readonly request: http.IncomingMessage;
  readonly response: http.ServerResponse;
}

async function pass(target: string, trouble: Trouble | null, { request, response }: Exchange): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  if (trouble === "reset") return void request.socket.destroy();
  if (trouble === "html_502") return html(response, 502);
  if (trouble === "busy_503") return html(response, 503);
  if (trouble === "busy_503_retry_after") return html(response, 503, { "retry-after": "2" });
  if (trouble === "slow") await pause(SLOW_MS);
  const { status, type, body } = await forward(target, request, Buffer.concat(chunks));
  if (trouble === "reset_after") return void request.socket.destroy();
  if (trouble === "html_502_after") return html(response, 502);
  if (trouble === "busy_503_after") return html(response, 503);
  response.writeHead(status, { "content-type": type, "content-length": body.length });
  if (trouble !== "cut_body") return void response.end(body);
  response.write(body.subarray(0, Math.floor(body.length / 2)), () => request.socket.destroy());
}

/** What a provider looks at. */
const PASSED = /^(authorization|content-type|webhook-.*)$/;

async function forward(target: string, request: http.IncomingMessage, body: Buffer) {
  const passed = Object.entries(request.headers).filter(([name]) => PASSED.test(name));
  const answer = await fetch(`${target}${request.url}`, {
    method: request.method ?? "GET",
    headers: passed.map(([name, value]): [string, string] => [name, String(value)]),
    ...(body.length > 0 && { body }),
  });
  const answered = answer.headers.get("content-type") ?? "application/octet-stream";
  return { status: answer.status, type: answered, body: Buffer.from(await answer.arrayBuffer()) };
}

function html(response: http.ServerResponse, status: number, headers: http.OutgoingHttpHeaders = {}): void {
  response.writeHead(status, { "content-type": "text/html", ...headers });
  response.end(`<html><head><title>${status}</title></head><body>The gateway has had enough.</body></html>`);
}
