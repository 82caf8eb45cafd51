/**
 * An open loop: requests go out at the times that were drawn for them, whether or not the ones before are answered,
 * over as many connections as that takes. A latency is from the intended time, so that a server that stands still for a
 * second is seen by everyone who would have come in it (coordinated omission).
 */
import type { Socket } from "node:net";
import type { Random } from "../test/chaos/simulation/random";
import { type Answer, exchanger, open } from "./load";

/** What became of a request. */
export interface Done {
  readonly n: number;
  /** Milliseconds from the intended start. */
  readonly latency: number;
  /** Null: the connection broke, and what became of it is not known. */
  readonly answer: Answer | null;
}

export interface OpenLoop {
  readonly port: number;
  /** Requests a second, at random times (Poisson). */
  readonly rate: number;
  readonly seconds: number;
  readonly random: Random;
  readonly packet: (n: number) => Buffer;
  readonly done: (done: Done) => void;
}

/** Connections at most: a request beyond them waits for one, and its time runs. */
const CONNECTIONS_MAX = 512;
/**
 * A server closes what is idle for some seconds (workerd: five), perhaps just when the next request is on its way: it
 * is not used any more before.
 */
const IDLE_MS = 2_000;
/** Nothing is hung for longer than this after the last request went out. */
const PATIENCE_MS = 60_000;

/** Sends until the time is over and all is answered. Returns how many went out, and how many were never answered. */
export async function openLoop({ port, rate, seconds, random, packet, done }: OpenLoop) {
  const free: { connection: Connection; since: number }[] = [];
  const waiting: { n: number; at: number }[] = [];
  let [sent, answered, connections] = [0, 0, 0];
  const send = async (connection: Connection, { n, at }: { n: number; at: number }): Promise<void> => {
    const answer = await connection.exchange(packet(n)).catch(() => null);
    answered += 1;
    done({ n, latency: performance.now() - at, answer });
    const next = waiting.shift();
    if (answer === null) {
      connections -= 1;
      if (next) take(next);
    } else if (next) void send(connection, next);
    else free.push({ connection, since: performance.now() });
  };
  const take = (request: { n: number; at: number }) => {
    const known = free.pop();
    if (known && performance.now() - known.since < IDLE_MS) return void send(known.connection, request);
    // The youngest was too old: so are all.
    for (const { connection } of known ? [known, ...free.splice(0)] : []) {
      connection.socket?.destroy();
      connections -= 1;
    }
    if (connections >= CONNECTIONS_MAX) return void waiting.push(request);
    connections += 1;
    const made = connect(port).catch(() => BROKEN);
    void made.then((connection) => send(connection, request));
  };
  const started = performance.now();
  for (let at = started; at < started + seconds * 1000; ) {
    for (const now = performance.now(); at <= now && at < started + seconds * 1000; sent += 1) {
      take({ n: sent, at });
      at -= (Math.log(1 - random.next()) * 1000) / rate;
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  for (const until = performance.now() + PATIENCE_MS; answered < sent && performance.now() < until; ) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  for (const { connection } of free) connection.socket?.destroy();
  return { sent, hung: sent - answered };
}

interface Connection {
  readonly socket?: Socket;
  readonly exchange: (packet: Buffer) => Promise<Answer>;
}

const BROKEN: Connection = { exchange: () => Promise.reject(new Error("nobody listens")) };

async function connect(port: number): Promise<Connection> {
  const socket = await open(port);
  return { socket, exchange: exchanger(socket) };
}
