/**
 * A closed-loop load generator: so many connections, each with one request under way, over raw sockets with keep-alive.
 * It costs about 20 µs of CPU a request, so that it is not what is measured. Latencies are from the first byte sent to
 * the last received.
 */
import { connect, type Socket } from "node:net";

/** What is sent to whom. */
export interface Aim {
  readonly port: number;
  readonly method?: string;
  /** Of all requests, or of the n-th. */
  readonly path: string | ((n: number) => string);
  readonly headers?: Readonly<Record<string, string>>;
  /** The body of the n-th request. */
  readonly body?: (n: number) => string;
  readonly status: number;
}

export interface Burst {
  readonly seconds: number;
  readonly requests: number;
  /** Milliseconds, sorted. */
  readonly latencies: Float64Array;
}

/** Different bodies that are made before anything is timed. */
const BODIES = 200;

/** Requests as they go over the line, made once. */
export const packetsOf = (aim: Aim): Buffer[] => Array.from({ length: BODIES }, (_, n) => packetOf(aim, n));

/** The n-th request as it goes over the line. */
export function packetOf({ port, method = "POST", path, headers = {}, body }: Aim, n: number): Buffer {
  const lines = [`Host: 127.0.0.1:${port}`, ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`)];
  const first = `${method} ${typeof path === "string" ? path : path(n)} HTTP/1.1`;
  if (!body) return Buffer.from([first, ...lines, "", ""].join("\r\n"));
  const content = Buffer.from(body(n));
  const head = [first, ...lines, "Content-Type: application/json", `Content-Length: ${content.length}`, "", ""];
  return Buffer.concat([Buffer.from(head.join("\r\n")), content]);
}

export interface Load {
  readonly connections: number;
  /** At most. */
  readonly seconds: number;
  /** At most; as many as it comes to unless told. */
  readonly requests?: number;
  /** Told of each answer: the number of its request's packet, and its text. */
  readonly answered?: (packet: number, text: string) => void;
}

/**
 * Sends so long or so much with so many connections. Throws an Error when an answer has another status than expected,
 * or a connection breaks.
 */
export async function burst(
  aim: Pick<Aim, "port" | "status">,
  packets: readonly Buffer[],
  { connections, seconds, requests = Number.POSITIVE_INFINITY, answered }: Load,
): Promise<Burst> {
  const latencies: number[] = [];
  const sockets = await Promise.all(Array.from({ length: connections }, () => open(aim.port)));
  let next = 0;
  const started = performance.now();
  const until = started + seconds * 1000;
  const client = async (socket: Socket) => {
    const exchange = exchanger(socket);
    while (performance.now() < until && next < requests) {
      const index = next % packets.length;
      next += 1;
      const at = performance.now();
      const answer = await exchange(packets[index] as Buffer);
      latencies.push(performance.now() - at);
      if (answer.status === aim.status) {
        answered?.(index, answer.text());
        continue;
      }
      throw new Error(`port ${aim.port} answered ${answer.status}: ${answer.text().slice(0, 500)}`);
    }
  };
  try {
    await Promise.all(sockets.map(client));
  } finally {
    for (const socket of sockets) socket.destroy();
  }
  const took = (performance.now() - started) / 1000;
  return { seconds: took, requests: latencies.length, latencies: Float64Array.from(latencies).sort() };
}

/** A connection that is there. Rejects when nobody listens. */
export function open(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: "127.0.0.1", noDelay: true });
    socket.once("error", reject);
    socket.once("connect", () => resolve(socket));
  });
}

export interface Answer {
  readonly status: number;
  readonly text: () => string;
}

/** One request after the other over a socket. Rejects when the connection breaks. */
export function exchanger(socket: Socket): (packet: Buffer) => Promise<Answer> {
  let [resolve, reject] = [(_: Answer) => {}, (_: Error) => {}];
  let got = Buffer.alloc(0);
  socket.on("data", (chunk: Buffer) => {
    const whole = got.length > 0 ? Buffer.concat([got, chunk]) : chunk;
    got = isWhole(whole) ? Buffer.alloc(0) : Buffer.from(whole);
    if (got.length > 0) return;
    resolve({ status: Number(whole.toString("latin1", 9, 12)), text: () => whole.toString() });
  });
  socket.on("error", (error) => reject(error));
  socket.on("close", () => reject(new Error("the connection was closed")));
  return (packet) =>
    new Promise((done, fail) => {
      [resolve, reject] = [done, fail];
      socket.write(packet);
    });
}

const HEAD_END = "\r\n\r\n";

/** Whether an HTTP/1.1 answer has come to its end: by its Content-Length, or as its last chunk. */
function isWhole(got: Buffer): boolean {
  const end = got.indexOf(HEAD_END, 0, "latin1");
  if (end < 0) return false;
  const head = got.toString("latin1", 0, end);
  const [, length] = /\r\ncontent-length: *(\d+)/i.exec(head) ?? [];
  if (length !== undefined) return got.length >= end + HEAD_END.length + Number(length);
  if (/\r\ntransfer-encoding: *chunked/i.test(head)) return got.toString("latin1", got.length - 5) === "0\r\n\r\n";
  return / (204|304) /.test(head.slice(8, 13));
}

/** The q-th quantile (0 to 1) of sorted numbers. */
export const quantile = (sorted: ArrayLike<number>, q: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? Number.NaN;
