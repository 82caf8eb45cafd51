/**
 * A crowd of clients that each send one response after the other, every one unlike any other, and take whatever answer
 * comes.
 */
import { connect } from "node:net";
import { type Aim, exchanger, open, packetOf } from "./load";

export interface Crowd {
  /** Answers by status. */
  readonly statuses: ReadonlyMap<number, number>;
  /** Numbers of the responses that were answered with 201 or 202: they are stored, or will be. */
  readonly acknowledged: readonly number[];
  /** Numbers of all that were sent. */
  readonly sent: number;
  /** Answers of 503 that do not say when to come again. */
  readonly silent: number;
  /** Milliseconds. */
  readonly slowest: number;
}

interface Plan {
  readonly connections: number;
  /** How long, or how much; one of the two. */
  readonly seconds?: number;
  readonly requests?: number;
  /** The number of the first response. */
  readonly first: number;
  /** Where the clients connect, in turn. */
  readonly ports: readonly number[];
  /** Told the number of each response that was answered. */
  readonly answered?: (n: number) => void;
}

/** Sends so long or so much. Rejects when a connection breaks: nobody is to be left without an answer. */
export async function crowd(aim: Aim, plan: Plan): Promise<Crowd> {
  const { connections, seconds = Number.POSITIVE_INFINITY, requests = Number.POSITIVE_INFINITY } = plan;
  const { first, ports, answered } = plan;
  const statuses = new Map<number, number>();
  const acknowledged: number[] = [];
  let [next, silent, slowest] = [first, 0, 0];
  const until = performance.now() + seconds * 1000;
  const sockets = await Promise.all(Array.from({ length: connections }, (_, i) => open(ports[i % ports.length] ?? 0)));
  const client = async (socket: (typeof sockets)[number]) => {
    const exchange = exchanger(socket);
    while (performance.now() < until && next < first + requests) {
      const n = next++;
      const at = performance.now();
      const answer = await exchange(packetOf(aim, n));
      slowest = Math.max(slowest, performance.now() - at);
      answered?.(n);
      statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
      if (answer.status === 201 || answer.status === 202) acknowledged.push(n);
      else if (!/\r\nretry-after: /i.test(answer.text())) silent += 1;
    }
  };
  try {
    await Promise.all(sockets.map(client));
  } finally {
    for (const socket of sockets) socket.destroy();
  }
  return { statuses, acknowledged, sent: next - first, silent, slowest };
}

/**
 * A client that sends response number `n` and hangs up after so long: with a reset, because a server that is told of an
 * end only (FIN) still answers, and goes on. Resolves when it has.
 */
export function hangUp(aim: Aim, n: number, afterMs: number): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect({ port: aim.port, host: "127.0.0.1", noDelay: true });
    socket.on("error", () => {});
    socket.on("close", () => resolve());
    socket.write(packetOf(aim, n), () => setTimeout(() => socket.resetAndDestroy(), afterMs));
  });
}
