import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { readAfter } from "../../src/store/responses";
import { call, newForm, newWorkspace, QUESTIONS, submit } from "../support/api";
import { createExporter, exportOf, fill } from "../support/export";

const COUNT = 19_500;
const PAGE = 2_000;
let key = "";
let big = "";

beforeAll(async () => {
  key = await newWorkspace();
  big = await newForm(key);
  await fill(big, COUNT);
});

/** An export of the big form that nobody has read from yet, and how many pages it has read. */
async function start(file: string, method = "GET") {
  const { d1, fetch } = createExporter();
  const response = await fetch(key, big, file, method);
  expect(response.status).toBe(200);
  const before = d1.calls;
  const reader = (response.body as ReadableStream<Uint8Array> | null)?.getReader();
  return { d1, response, reader, pages: () => d1.calls - before };
}

type Reader = NonNullable<Awaited<ReturnType<typeof start>>["reader"]>;

async function readAll(reader: Reader | undefined, seen: (bytes: Uint8Array) => void = () => {}): Promise<void> {
  for (;;) {
    const { done, value } = (await reader?.read()) ?? { done: true };
    if (done) return;
    seen(value);
  }
}

const linesOf = (bytes: Uint8Array) => bytes.reduce((n, byte) => n + (byte === 10 ? 1 : 0), 0);

describe("a large export", () => {
  it.each(["csv?header=none", "ndjson"])(
    "as %s reads a page when the client has taken the one before",
    async (file) => {
      const { reader, pages } = await start(file);
      let lines = 0;
      await readAll(reader, (bytes) => {
        lines += linesOf(bytes);
        expect(Math.min(pages() * PAGE, COUNT) - lines).toBeLessThanOrEqual(PAGE);
      });
      expect([lines, pages()]).toEqual([COUNT, Math.ceil(COUNT / PAGE)]);
    },
  );

  it("as XLSX too, and what is packed waits for the client", async () => {
    const { reader, pages } = await start("xlsx");
    const progress: number[] = [];
    await readAll(reader, () => progress.push(pages()));
    // Reading one chunk never brings more than the pages that filled it: the packer gives some out for every page or
    // two.
    const steps = progress.map((n, i) => n - (progress[i - 1] ?? 0));
    expect(Math.max(...steps)).toBeLessThanOrEqual(2);
    expect(progress.at(-1)).toBe(Math.ceil(COUNT / PAGE));
  });

  it.each(["csv", "ndjson", "xlsx"])(
    "as %s reads nothing for HEAD, and no more once the client is gone",
    async (file) => {
      const head = await start(file, "HEAD");
      expect([head.reader, head.pages(), head.response.headers.get("formlog-entries")]).toEqual([
        undefined,
        0,
        `${COUNT}`,
      ]);
      const { reader, pages } = await start(file);
      await reader?.read();
      await reader?.cancel();
      expect(pages()).toBeLessThanOrEqual(1);
    },
  );

  it.each(["csv", "ndjson", "xlsx"])(
    "as %s breaks off when D1 fails in the middle: it never ends as if it were whole",
    async (file) => {
      const { d1, reader } = await start(file);
      await reader?.read();
      d1.fault = "unreachable";
      await expect(readAll(reader)).rejects.toThrow("Network connection lost");
    },
  );

  it("answers 503 when D1 can't be asked at all", async () => {
    const { d1, fetch } = createExporter();
    await (await fetch(key, big, "csv", "HEAD")).text();
    d1.fault = "unreachable";
    const refused = await fetch(key, big, "csv");
    expect(refused.status).toBe(503);
  });

  it("ends at what was the newest response when it began", async () => {
    const { reader } = await start("csv?header=none");
    let lines = linesOf((await reader?.read())?.value ?? new Uint8Array());
    await submit(big, { name: "late" });
    await readAll(reader, (bytes) => {
      lines += linesOf(bytes);
    });
    expect(lines).toBe(COUNT);
    expect((await exportOf(key, big, "csv?header=none")).trimEnd().split("\r\n")).toHaveLength(COUNT + 1);
  });

  it("knows the labels of a version that comes while it runs", async () => {
    const form = await newForm(key);
    await fill(form, PAGE + 1);
    const { fetch } = createExporter();
    const reader = ((await fetch(key, form, "csv?header=none")).body as ReadableStream<Uint8Array>).getReader();
    const first = await reader.read();
    const city = { ...QUESTIONS[2], choices: [{ id: "pune", label: "Pune (new)" }] };
    await call("POST", `/v1/forms/${form}/versions`, {
      key,
      body: { title: "Visit", questions: [QUESTIONS[0], city] },
    });
    await env.DB.prepare("UPDATE responses SET version = 2 WHERE answers LIKE ?")
      .bind(`%"age":${PAGE + 1},%`)
      .run();
    let text = new TextDecoder().decode(first.value);
    await readAll(reader, (bytes) => {
      text += new TextDecoder().decode(bytes);
    });
    const rows = text.trimEnd().split("\r\n");
    expect(rows.at(-1)).toContain(`,Name ${PAGE + 1},${PAGE + 1},Pune (new),`);
  });
});

describe("a page of the log", () => {
  it("counts metadata as well as answers, so that nobody's metadata fills the memory", async () => {
    const form = await newForm(key);
    const segment = await fill(form, 30, undefined, JSON.stringify({ note: "x".repeat(50_000) }));
    const limits = { count: 2_000, bytes: 500_000 };
    const page = await readAfter({ no: 0, db: env.DB }, segment, segment * 2 ** 33, limits);
    expect(page).toHaveLength(9);
    const all = await exportOf(key, form, "ndjson");
    expect(all.trimEnd().split("\n")).toHaveLength(30);
  });
});
