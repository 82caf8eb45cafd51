/** CPU of processes and of the whole machine, as Linux counts it (proc(5)). Elsewhere there is no such count. */
import { readdirSync, readFileSync } from "node:fs";

/** Clock ticks a second; the same on every Linux that Node runs on. */
const TICKS = 100;

interface Stat {
  readonly pid: number;
  readonly parent: number;
  /** Seconds of CPU, with those of children that have ended and were waited for. */
  readonly cpu: number;
}

function statOf(pid: number): Stat | null {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/^.*\) /s, "")
      .split(" ")
      .map(Number);
    const [user = 0, system = 0, childUser = 0, childSystem = 0] = fields.slice(11, 15);
    return { pid, parent: fields[1] ?? 0, cpu: (user + system + childUser + childSystem) / TICKS };
  } catch {
    return null; // it ended in between
  }
}

const all = (): Stat[] =>
  readdirSync("/proc").flatMap((name) => (/^\d+$/.test(name) ? (statOf(Number(name)) ?? []) : []));

/** A process and all below it. */
export function treeOf(roots: readonly number[]): number[] {
  const stats = all();
  const found = new Set(roots);
  for (let size = -1; size !== found.size; ) {
    size = found.size;
    for (const { pid, parent } of stats) if (found.has(parent)) found.add(pid);
  }
  return [...found];
}

/** Seconds of CPU that these processes and all below them have taken so far. */
export const cpuOf = (roots: readonly number[]): number =>
  treeOf(roots).reduce((sum, pid) => sum + (statOf(pid)?.cpu ?? 0), 0);

/** Seconds of CPU that the machine has spent on anything so far. */
export function cpuOfAll(): number {
  const [, ...fields] = (readFileSync("/proc/stat", "utf8").split("\n")[0] ?? "").split(/ +/).map(Number);
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0] = fields;
  return (user + nice + system + irq + softirq) / TICKS;
}

/** The processes directly below this one whose command has this word. */
export function childrenNamed(word: string, parent = process.pid): number[] {
  return all()
    .filter((stat) => stat.parent === parent && commandOf(stat.pid).includes(word))
    .map(({ pid }) => pid);
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    return "";
  }
}
