/** The stacks that submissions are compared with: each takes the same bodies and stores them in PostgreSQL. */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { type Postgres, startPostgres } from "./postgres";
import { type Service, startService, startStub } from "./service";

const KEY = "key-of-the-benchmarks";
const HERE = import.meta.dirname;
const PYTHON = "/usr/bin/python3";

/** A stack that runs: where it takes submissions, and the processes that are its own. */
export interface Stack {
  readonly name: string;
  readonly port: number;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly pids: readonly number[];
}

const about = { path: "/forms/survey/responses", headers: { Authorization: `Bearer ${KEY}` } };

/**
 * What the providers of the Flask services take to answer: nothing, which flatters it, and a short way over the
 * internet.
 */
export const FLASK = "Flask services + PostgreSQL";
export const FLASK_FAR = `${FLASK}, providers 50 ms away`;

/**
 * Starts what this machine has; what is missing is named in `missing`, and how to get it. Ports: the first and five
 * more.
 */
export async function startStacks(port: number) {
  const services: Service[] = [];
  const missing: string[] = [];
  const stop = async () => {
    for (const service of services.toReversed()) await service.stop();
  };
  const stacks: Stack[] = [];
  try {
    const postgres = await startPostgres(port);
    if (!postgres) return { stacks, stop, missing: ["PostgreSQL: apt-get install postgresql"] };
    services.push(postgres);
    stacks.push(await startFastify(postgres, port + 1, services));
    if (hasFlask()) {
      makeSeedTables(postgres);
      stacks.push(await startFlask(postgres, services, { name: FLASK, port: port + 2, milliseconds: 0 }));
      stacks.push(await startFlask(postgres, services, { name: FLASK_FAR, port: port + 4, milliseconds: 50 }));
    } else missing.push("Flask: apt-get install python3-flask python3-psycopg2 python3-requests gunicorn");
    return { stacks, stop, missing };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startFastify(postgres: Postgres, port: number, services: Service[]): Promise<Stack> {
  const cwd = path.join(HERE, "fastify");
  if (!existsSync(path.join(cwd, "node_modules"))) {
    execFileSync("npm", ["ci", "--silent", "--no-audit", "--no-fund"], { cwd, stdio: "inherit" });
  }
  const env = { ...postgres.env, PORT: String(port), BENCH_KEY: KEY, NODE_ENV: "production" };
  const service = await startService({ file: process.execPath, args: ["server.mjs"], cwd, env, port });
  services.push(service);
  return { ...about, name: "Fastify + PostgreSQL", port, pids: [...service.pids, ...postgres.pids] };
}

function hasFlask(): boolean {
  try {
    execFileSync(PYTHON, ["-c", "import flask, psycopg2, requests, gunicorn"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

const SEED_TABLES = `
CREATE TABLE seed_responses (id text PRIMARY KEY, form text NOT NULL, received_at timestamptz NOT NULL);
CREATE TABLE seed_answers (id bigserial PRIMARY KEY, response text NOT NULL REFERENCES seed_responses, question text NOT NULL, answer text);
CREATE INDEX seed_answers_response ON seed_answers (response)`;

function makeSeedTables({ env: { PGPORT, PGUSER } }: Postgres): void {
  execFileSync("psql", ["-h", "127.0.0.1", "-p", PGPORT, "-U", PGUSER, "-d", "postgres", "-c", SEED_TABLES], {
    stdio: "ignore",
  });
}

interface Flask {
  readonly name: string;
  /** Of its gateway; the service behind it has the next one. */
  readonly port: number;
  /** Until a provider answers. */
  readonly milliseconds: number;
}

async function startFlask(
  postgres: Postgres,
  services: Service[],
  { name, port, milliseconds }: Flask,
): Promise<Stack> {
  const stub = await startStub(milliseconds);
  services.push(stub);
  const cwd = path.join(HERE, "flask");
  const start = async (module: string, at: number, env: Readonly<Record<string, string>>) => {
    const workers = ["--workers", "2", "--threads", "4", "--keep-alive", "60"];
    const args = ["-m", "gunicorn", "--bind", `127.0.0.1:${at}`, ...workers, "--log-level", "error", `${module}:app`];
    const service = await startService({ file: PYTHON, args, cwd, env, port: at });
    services.push(service);
    return service.pids;
  };
  const common = { ...postgres.env, BENCH_KEY: KEY, PYTHONDONTWRITEBYTECODE: "1" };
  const forms = await start("forms", port + 1, { ...common, STUBS_URL: stub.url });
  const gateway = await start("gateway", port, { ...common, FORMS_URL: `http://127.0.0.1:${port + 1}` });
  return { ...about, name, port, pids: [...gateway, ...forms, ...postgres.pids] };
}
