/** The process of the emulated providers (providers.ts), and how it is asked. */
import { type ChildProcess, fork } from "node:child_process";
import path from "node:path";
import type { ProvidersOptions, Question } from "./providers";

export interface Providers {
  readonly child: ChildProcess;
  ask(question: Question): Promise<unknown>;
}

/** Starts it; resolves when all of them listen. Rejects when it ends before. */
export async function startProviders(options: ProvidersOptions): Promise<Providers> {
  const child = fork(path.join(import.meta.dirname, "providers.ts"), [JSON.stringify(options)], {
    execArgv: ["--import", "tsx"],
  });
  await new Promise((resolve, reject) => {
    child.once("message", resolve);
    child.once("exit", (code) => reject(new Error(`The providers ended with ${code}.`)));
  });
  const open = new Map<number, (answer: unknown) => void>();
  child.on("message", ({ id, answer }: { id: number; answer: unknown }) => open.get(id)?.(answer));
  let last = 0;
  return {
    child,
    ask(question) {
      const id = ++last;
      child.send({ id, ...question });
      return new Promise((resolve) => open.set(id, resolve)).finally(() => open.delete(id));
    },
  };
}
