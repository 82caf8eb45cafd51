/** The workers as a service: started, swept, watched, and ended without breaking off a request. */
import { stop as stopBundler } from "esbuild";
import { Miniflare } from "miniflare";
import { API, GATEWAY } from "../cloud/config";
import { childrenOf } from "../local/processes";
import { passOn, ServiceLog, say } from "./log";
import { type WorkersInput, workersOptions } from "./workers";

/**
 * Queues live in memory: what rang before a restart is found by the sweeper, so it comes more often than the cloud's
 * cron.
 */
const SWEEP_MS = 10_000;
const WATCH_MS = 10_000;
const ANSWER_MS = 5_000;
/** So many looks in a row without an answer: a minute and more. */
const MISSES_MAX = 5;
/** systemd waits longer than this (ops/formlog.service). */
const DRAIN_MS = 9_000;

export interface Service {
  readonly url: string;
  /** Takes no new request, lets those under way end for at most nine seconds, and ends workerd. */
  stop(): Promise<void>;
}

/**
 * Starts workerd; `onLost` is called once it has not answered for a minute, though Miniflare starts it again when it
 * ends.
 */
export async function startService(input: WorkersInput, onLost: () => void): Promise<Service> {
  const log = new ServiceLog();
  const miniflare = new Miniflare({
    ...(await workersOptions(input)),
    log,
    handleStructuredLogs: passOn,
    unsafeHandleRuntimeRestart: () => say("warn", "workerd_restarted"),
  });
  await miniflare.ready;
  // The bundler has done its work, and holds hundreds of megabytes.
  await stopBundler();
  // Miniflare ends workerd at once on these; `stop` is gentler.
  for (const signal of ["SIGTERM", "SIGINT"]) process.removeAllListeners(signal);
  const { origin: url } = await miniflare.unsafeGetDirectURL(GATEWAY);
  const timers = [every(SWEEP_MS, () => sweep(miniflare)), every(WATCH_MS, watch(url, onLost))];
  void sweep(miniflare);
  return {
    url,
    async stop() {
      for (const timer of timers) clearInterval(timer);
      // It would call the end of workerd a crash.
      log.quiet = true;
      await drain();
    },
  };
}

/** Calls back so often, and never while the call before has not ended. */
function every(ms: number, work: () => Promise<void>): NodeJS.Timeout {
  let busy = false;
  return setInterval(async () => {
    if (busy) return;
    busy = true;
    await work().finally(() => {
      busy = false;
    });
  }, ms);
}

async function sweep(miniflare: Miniflare): Promise<void> {
  try {
    const worker = (await miniflare.getWorker(API)) as unknown as { scheduled(at: { cron: string }): Promise<unknown> };
    await worker.scheduled({ cron: "* * * * *" });
  } catch (error) {
    say("error", "sweep_not_started", { error: String(error) });
  }
}

function watch(url: string, onLost: () => void): () => Promise<void> {
  let misses = 0;
  return async () => {
    const answered = await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(ANSWER_MS) }).then(
      (answer) => answer.ok,
      () => false,
    );
    misses = answered ? 0 : misses + 1;
    if (misses >= MISSES_MAX) onLost();
  };
}

/**
 * On SIGTERM workerd stops listening and ends when the last request has. Who calls must end this process at once
 * afterwards: Miniflare would start workerd again.
 */
async function drain(): Promise<void> {
  const workerds = childrenOf(process.pid).filter(({ command }) => command.includes("workerd serve"));
  const deadline = Date.now() + DRAIN_MS;
  for (const { pid } of workerds) process.kill(pid, "SIGTERM");
  say("info", "draining");
  while (workerds.some(({ pid }) => isAlive(pid)) && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
