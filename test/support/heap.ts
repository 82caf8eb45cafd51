/**
 * The memory of one worker's isolate, by V8's own count: workerd's inspector lists every worker of the stack, and
 * answers Runtime.getHeapUsage for each. Locally V8 has no reason to collect garbage, which on Cloudflare the isolate's
 * limit gives it: it is told to once a second. The inspector's port is found by /proc, so only on Linux.
 */
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";

export interface HeapWatch {
  /** Bytes, with the buffers outside the heap: the most that was seen in use, garbage of the last second included. */
  readonly peak: () => number;
  /** The most that was in use right after a collection: what the worker really holds. */
  readonly live: () => number;
  readonly samples: () => number;
  /** Begins anew: what was seen until now does not count. */
  forget(): void;
  stop(): void;
}

const EVERY_MS = 100;
/** One sample in so many follows a collection. */
const COLLECT_EVERY = 10;
/** An inspector that does not answer by then is asked over a new connection. */
const ANSWER_MS = 3_000;

/**
 * Watches a worker (its name in wrangler.toml) of the stack whose process group this is. Null where there is no /proc.
 * Rejects when no inspector knows the worker.
 */
export async function watchHeap(group: number, worker: string): Promise<HeapWatch | null> {
  if (process.platform !== "linux") return null;
  const url = await findInspector(group, `core:user:${worker}`);
  let [peak, live, samples, over] = [0, 0, 0, false];
  const watch = async () => {
    const socket = await connect(url);
    for (let id = 1; !over; id += 1) {
      const collected = id % COLLECT_EVERY === 0;
      if (collected && !(await send(socket, id * 2, "HeapProfiler.collectGarbage"))) break;
      const usage = await send(socket, id * 2 + 1, "Runtime.getHeapUsage");
      if (!usage) break;
      const used = (usage.usedSize ?? 0) + (usage.backingStorageSize ?? 0);
      samples += 1;
      peak = Math.max(peak, used);
      if (collected) live = Math.max(live, used);
      await pause(EVERY_MS);
    }
    socket.close();
  };
  const keep = async () => {
    while (!over) await watch().catch(() => pause(EVERY_MS));
  };
  void keep();
  return {
    peak: () => peak,
    live: () => live,
    samples: () => samples,
    forget() {
      [peak, live, samples] = [0, 0, 0];
    },
    stop() {
      over = true;
    },
  };
}

function connect(url: string): Promise<WebSocket> {
  const socket = new WebSocket(url);
  return new Promise((resolve, reject) => {
    socket.addEventListener("open", () => resolve(socket), { once: true });
    socket.addEventListener("error", () => reject(new Error("The inspector refuses the connection.")), { once: true });
  });
}

interface Usage {
  readonly usedSize?: number;
  readonly backingStorageSize?: number;
}

/** The result of a method of the DevTools protocol, or null when there is no answer. */
function send(socket: WebSocket, id: number, method: string): Promise<Usage | null> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(null), ANSWER_MS);
    const take = ({ data }: MessageEvent) => {
      const answer = JSON.parse(String(data)) as { id?: number; result?: Usage };
      if (answer.id !== id) return;
      clearTimeout(timer);
      socket.removeEventListener("message", take);
      resolve(answer.result ?? null);
    };
    socket.addEventListener("message", take);
    socket.send(JSON.stringify({ id, method }));
  });
}

/** Address of the worker's debugger. */
async function findInspector(group: number, worker: string): Promise<string> {
  for (const port of listeningPorts(group)) {
    const targets = await fetch(`http://127.0.0.1:${port}/json`, { signal: AbortSignal.timeout(5_000) })
      .then((response) => response.json() as Promise<unknown>)
      .catch(() => null);
    if (!Array.isArray(targets)) continue;
    const found = targets.find((target: { id?: string }) => target.id === worker);
    if (found) return `ws://127.0.0.1:${port}/${worker}`;
  }
  throw new Error(`No inspector of process group ${group} knows ${worker}.`);
}

/** TCP ports that workerd processes of a group listen on. */
function listeningPorts(group: number): number[] {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name) && isWorkerdOf(name, group));
  const sockets = new Set(pids.flatMap(socketsOf));
  // proc(5), net/tcp: local address, state (0A: listening) and inode are fields 1, 3 and 9.
  const lines = readFileSync("/proc/net/tcp", "utf8").trim().split("\n").slice(1);
  return lines.flatMap((line) => {
    const fields = line.trim().split(/\s+/);
    const port = Number.parseInt(fields[1]?.split(":")[1] ?? "", 16);
    return fields[3] === "0A" && sockets.has(fields[9] ?? "") ? [port] : [];
  });
}

function isWorkerdOf(pid: string, group: number): boolean {
  try {
    // The second field is the name in parentheses, which may hold anything; the fifth is the group.
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.replace(/^.*\) /s, "").split(" ");
    return Number(fields[2]) === group && stat.includes("(workerd)");
  } catch {
    return false;
  }
}

function socketsOf(pid: string): string[] {
  return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
    try {
      return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1] ?? [];
    } catch {
      return [];
    }
  });
}
