import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { call, newForm, newWorkspace, QUESTIONS, submit } from "../support/api";
import { download, exportOf, fill } from "../support/export";
import { parseCsv, readSheet, unzip } from "../support/files";

let key = "";
beforeAll(async () => {
  key = await newWorkspace();
});

/** The cells of each row of a CSV export by column. */
async function tableOf(form: string, query = ""): Promise<Record<string, string>[]> {
  const [header = [], ...rows] = parseCsv(await exportOf(key, form, `csv?bom=false&${query}`));
  return rows.map((row) => Object.fromEntries(row.map((cell, i) => [header[i], cell])));
}

const publish = (form: string, questions: unknown[], title = "Visit") =>
  call("POST", `/v1/forms/${form}/versions`, { key, body: { title, questions } });
const text = (ref: string, title = ref) => ({ ref, type: "short_text", title });

describe("CSV", () => {
  it("is what RFC 4180 describes, in UTF-8 with a mark that Excel knows it by", async () => {
    const form = await newForm(key);
    const name = 'Asha "Ash", the first\r\nof two\nlines';
    const { body } = await submit(form, { name, age: 31, city: "pune" });
    const file = await exportOf(key, form, "csv");
    expect(file).toBe(
      `\uFEFFResponse ID,Received at,Version,Revision,Name,Age,City,Phone\r\n` +
        `${body.id},${body.receivedAt},1,1,"Asha ""Ash"", the first\r\nof two\nlines",31,Pune,\r\n`,
    );
    expect(parseCsv(await exportOf(key, form, "csv?bom=false"))[1]?.[4]).toBe(name);
  });

  it("makes texts harmless that a spreadsheet would run, and leaves numbers and phone numbers alone", async () => {
    const form = await newForm(key, { questions: [...QUESTIONS, { ref: "n", type: "number", title: "=N" }] });
    const bad = ['=HYPERLINK("http://x")', "+1+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1"];
    for (const name of bad) await submit(form, { name, phone: "+91 98765-43210", n: -5 });
    const rows = await tableOf(form);
    expect(rows.map((row) => row.Name)).toEqual(bad.map((name) => `'${name}`));
    expect(rows.map((row) => [row.Phone, row["'=N"]])).toEqual(bad.map(() => ["+91 98765-43210", "-5"]));
    expect((await tableOf(form, "guard=false")).map((row) => row.Name)).toEqual(bad);
  });

  it("keeps scripts of the world as they were written, in NFC", async () => {
    const form = await newForm(key, { title: "استبيان 📋/..\u202Etxt" });
    const names = ["आशा पाटील", "محمد عبد الله", "‏שלום‏", "👩‍👩‍👧 e\u0301", "名前；氏名"];
    for (const name of names) await submit(form, { name });
    expect((await tableOf(form)).map((row) => row.Name)).toEqual(names.map((name) => name.normalize("NFC")));
    const { headers } = await download(key, form, "csv");
    expect(headers.get("content-disposition")).toBe(
      `attachment; filename="_______ _ .. txt.csv"; filename*=UTF-8''${encodeURIComponent("استبيان 📋 .. txt")}.csv`,
    );
    expect(headers.get("content-type")).toBe("text/csv; charset=utf-8");
    expect(headers.get("cache-control")).toBe("no-store");
  });

  it("has all of 400 questions, each in its own column", async () => {
    const questions = Array.from({ length: 400 }, (_, i) => text(`q${i}`, `Question ${i}`));
    const form = await newForm(key, { questions });
    await submit(form, Object.fromEntries(questions.map(({ ref }, i) => [ref, `answer ${i}`])));
    const [header, row] = parseCsv(await exportOf(key, form, "csv?bom=false"));
    expect(header?.slice(4)).toEqual(questions.map(({ title }) => title));
    expect(row?.slice(4)).toEqual(questions.map((_, i) => `answer ${i}`));
  });
});

describe("columns", () => {
  it("are those of all versions by ref: the newest first, then what was removed", async () => {
    const form = await newForm(key, { questions: [text("a", "A"), text("b", "B"), text("c", "C")] });
    await submit(form, { a: "a1", b: "b1", c: "c1" });
    const note = { ref: "note", type: "statement", title: "Read this" };
    await publish(form, [text("d", "D"), note, text("c", "C as renamed"), text("a", "A")]);
    await submit(form, { d: "d2", c: "c2" });
    const [header, ...rows] = parseCsv(await exportOf(key, form, "csv?bom=false"));
    expect(header?.slice(4)).toEqual(["D", "C as renamed", "A", "B"]);
    expect(rows.map((row) => row.slice(2))).toEqual([
      ["1", "1", "", "c1", "a1", "b1"],
      ["2", "1", "d2", "c2", "", ""],
    ]);
    const [refs] = parseCsv(await exportOf(key, form, "csv?bom=false&header=ref"));
    expect(refs).toEqual(["_response_id", "_received_at", "_version", "_revision", "d", "c", "a", "b"]);
    const [old] = parseCsv(await exportOf(key, form, "csv?bom=false&version=1"));
    expect(old?.slice(4)).toEqual(["A", "B", "C"]);
  });

  it("of the same title are told apart", async () => {
    const form = await newForm(key, { questions: [text("a", "Name"), text("b", "Name"), text("c", "Version")] });
    const [header] = parseCsv(await exportOf(key, form, "csv?bom=false"));
    expect(header).toEqual([
      "Response ID",
      "Received at",
      "Version",
      "Revision",
      "Name [a]",
      "Name [b]",
      "Version [c]",
    ]);
  });

  it("show what was answered: labels or ids, parts of a place, a column a choice, metadata", async () => {
    const crops = [
      { id: "rice", label: "Rice" },
      { id: "wheat", label: "Wheat, =hard" },
      { id: "ragi", label: "Ragi" },
    ];
    const form = await newForm(key, {
      questions: [
        { ref: "crops", type: "multiple_choice", title: "Crops", choices: crops },
        { ref: "place", type: "location", title: "Place" },
        { ref: "yes", type: "yes_no", title: "Yes?" },
        { ref: "day", type: "date", title: "Day" },
      ],
    });
    const answers = {
      crops: ["wheat", "rice"],
      place: { latitude: 18.52, longitude: -73.85 },
      yes: true,
      day: "2026-11-23",
    };
    await call("POST", `/v1/forms/${form}/responses`, { body: { answers, metadata: { device: "t1" } } });
    await submit(form, {});
    const [row, empty] = await tableOf(form);
    expect(row).toMatchObject({
      Crops: "Wheat, =hard; Rice",
      "Place (latitude)": "18.52",
      "Place (longitude)": "-73.85",
      "Place (accuracy)": "",
      "Yes?": "TRUE",
      Day: "2026-11-23",
    });
    expect(Object.values(empty ?? {}).slice(4)).toEqual(["", "", "", "", "", ""]);
    expect((await tableOf(form, "choices=id"))[0]).toMatchObject({ Crops: "wheat; rice" });
    const [wide, none] = await tableOf(form, "multiple=columns&metadata=true");
    expect(wide).toMatchObject({
      "Crops: Rice": "TRUE",
      "Crops: Wheat, =hard": "TRUE",
      "Crops: Ragi": "FALSE",
      Metadata: '{"device":"t1"}',
    });
    expect(none).toMatchObject({ "Crops: Rice": "", Metadata: "" });
    const names = Object.keys((await tableOf(form, "multiple=columns&header=ref"))[0] ?? {});
    expect(names.slice(4, 8)).toEqual(["crops.rice", "crops.wheat", "crops.ragi", "place.latitude"]);
  });

  it("show a choice as the response's own version called it, also when an edit moved it to a later one", async () => {
    const city = (label: string) => ({
      ref: "city",
      type: "dropdown",
      title: "City",
      choices: [{ id: "pune", label }],
    });
    const form = await newForm(key, { questions: [text("name"), city("Poona")] });
    const { body } = await submit(form, { name: "a", city: "pune" });
    await publish(form, [text("name"), city("Pune")]);
    await submit(form, { name: "b", city: "pune" });
    expect((await tableOf(form)).map((row) => row.City)).toEqual(["Poona", "Pune"]);
    await publish(form, [text("name")]);
    const at = `/v1/forms/${form}/responses/${body.id}`;
    await call("PATCH", at, { key, body: { answers: { name: "a2" } }, headers: { "if-match": '"1"' } });
    const [first] = await tableOf(form);
    expect(first).toMatchObject({ Version: "3", Revision: "2", name: "a2", City: "Pune" });
  });
});

describe("NDJSON", () => {
  it("has a response as the API shows it in each line, and a tombstone for one that was erased", async () => {
    const form = await newForm(key);
    const ids: string[] = [];
    for (const name of ["a", "b", "c"]) ids.push((await submit(form, { name, city: "pune" })).body.id);
    const at = `/v1/forms/${form}/responses/`;
    await call("PATCH", at + ids[0], { key, body: { answers: { name: "a2" } }, headers: { "if-match": '"1"' } });
    await call("DELETE", at + ids[1], { key });
    const lines = async (query = "") =>
      (await exportOf(key, form, `ndjson${query}`))
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line));
    const [first, second, third] = await lines();
    expect(first).toEqual((await call("GET", at + ids[0], { key })).body);
    expect(second).toEqual({ id: ids[1], erasedAt: expect.stringMatching(/Z$/) });
    expect(third).toMatchObject({ id: ids[2], answers: { name: "c", city: "pune" } });
    expect((await lines("?choices=label"))[2]).toMatchObject({ answers: { name: "c", city: "Pune" } });
    expect((await tableOf(form)).map((row) => [row["Response ID"], row.Name])).toEqual([
      [ids[0], "a2"],
      [ids[2], "c"],
    ]);
    expect((await download(key, form, "csv")).headers.get("formlog-entries")).toBe("3");
  });
});

describe("XLSX", () => {
  it("is a workbook with typed cells in which no text is a formula", async () => {
    const form = await newForm(key, {
      questions: [
        ...QUESTIONS,
        { ref: "yes", type: "yes_no", title: "Yes" },
        { ref: "day", type: "date", title: "Day" },
      ],
    });
    const name = "=1+1 <b>&amp; \u0001 _x0041_\r\n";
    await submit(form, { name, age: 31, city: "pune", phone: "+919876543210", yes: false, day: "2026-11-23" });
    await env.DB.prepare(
      "UPDATE responses SET received_at = ? WHERE id >> 33 = (SELECT no FROM segments WHERE form = ?)",
    )
      .bind(Date.UTC(2026, 10, 23, 12), form)
      .run();
    const { bytes, headers } = await download(key, form, "xlsx");
    expect(headers.get("content-type")).toContain("spreadsheetml.sheet");
    const files = await unzip(bytes);
    expect([...files.keys()][0]).toBe("[Content_Types].xml");
    const [header = {}, row = {}] = readSheet(files.get("xl/worksheets/sheet1.xml") ?? "");
    const titles = ["Response ID", "Received at", "Version", "Revision", "Name", "Age", "City", "Phone", "Yes", "Day"];
    expect(Object.values(header).map(({ value }) => value)).toEqual(titles);
    const at = (title: string) => row[Object.keys(header)[titles.indexOf(title)] ?? ""];
    expect(at("Name")).toEqual({ type: "text", style: 0, value: name.replace("\r\n", "\n") });
    expect(at("Phone")).toEqual({ type: "text", style: 0, value: "+919876543210" });
    expect(at("Age")).toEqual({ type: "number", style: 0, value: "31" });
    expect(at("Yes")).toEqual({ type: "boolean", style: 0, value: "0" });
    // 2026-11-23 is day 46349 of Excel.
    expect(at("Day")).toEqual({ type: "number", style: 1, value: "46349" });
    expect(at("Received at")).toEqual({ type: "number", style: 2, value: "46349.5" });
  });
});

describe("an export that goes on", () => {
  it("has exactly what comes after the response that is named, in every format", async () => {
    const form = await newForm(key);
    await fill(form, 7);
    const whole = await exportOf(key, form, "csv?header=none");
    const lines = whole.split("\r\n");
    for (const [i, line] of lines.slice(0, 7).entries()) {
      const rest = await exportOf(key, form, `csv?header=none&after=${line.split(",")[0]}`);
      expect(rest).toBe(lines.slice(i + 1).join("\r\n"));
    }
    const third = lines[2]?.split(",")[0];
    const ndjson = (await exportOf(key, form, `ndjson?after=${third}`)).trimEnd().split("\n");
    expect(ndjson.map((line) => JSON.parse(line).answers.age)).toEqual([4, 5, 6, 7]);
    const files = await unzip((await download(key, form, `xlsx?after=${third}`)).bytes);
    expect(readSheet(files.get("xl/worksheets/sheet1.xml") ?? "")).toHaveLength(5);
  });

  it("by its parts is the whole, byte for byte, whatever happens to the form in between", async () => {
    const form = await newForm(key);
    await fill(form, 25);
    // A second segment, as when a shard is full.
    const next = await env.DB.prepare(
      "INSERT INTO segments (form, version, state, opened_at) VALUES (?, 1, 'open', 0) RETURNING no",
    )
      .bind(form)
      .first<{ no: number }>();
    await env.DB.prepare("INSERT INTO directory (form, ordinal, shard, segment, opened_at) VALUES (?, 1, 0, ?, 0)")
      .bind(form, next?.no)
      .run();
    await fill(form, 10, next?.no);
    const whole = await exportOf(key, form, "csv?multiple=columns");
    expect(parseCsv(whole.slice(1))).toHaveLength(36);
    let parts = "";
    let sizes: (string | null)[] = [];
    let at: string | null = "csv?multiple=columns&limit=10";
    while (at) {
      const part = await download(key, form, at);
      parts += new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(part.bytes);
      sizes = [...sizes, part.headers.get("formlog-entries")];
      at = /export\.(.*)>; rel="next"/.exec(part.headers.get("link") ?? "")?.[1] ?? null;
      await publish(form, [text("late", `Late ${sizes.length}`), ...QUESTIONS]);
    }
    expect(sizes).toEqual(["10", "10", "10", "5"]);
    expect(parts).toBe(whole);
  });

  it("refuses a response that is not of this form", async () => {
    const [form, other] = [await newForm(key), await newForm(key)];
    await submit(form, { name: "a" });
    const { body } = await submit(other, { name: "b" });
    for (const after of [body.id, "nonsense", ""]) {
      const { status, bytes } = await download(key, form, `csv?after=${after}`);
      expect([status, JSON.parse(new TextDecoder().decode(bytes)).code]).toEqual([400, "invalid_parameter"]);
    }
  });
});

describe("access and options", () => {
  it("needs a key of the form's workspace that may read responses", async () => {
    const form = await newForm(key);
    const { body } = await call("POST", "/v1/keys", { key, body: { name: "Forms", scopes: ["forms:read"] } });
    for (const file of ["csv", "ndjson", "xlsx"]) {
      expect((await download(await newWorkspace(), form, file)).status).toBe(404);
      expect((await download(body.key, form, file)).status).toBe(403);
      expect((await call("GET", `/v1/forms/${form}/export.${file}`)).status).toBe(401);
      expect((await download(key, "form_none", file)).status).toBe(404);
    }
    expect((await download(key, form, "pdf")).status).toBe(404);
  });

  it("exports a form without responses as one that has none", async () => {
    const form = await newForm(key);
    expect(await exportOf(key, form, "csv")).toBe(
      "\uFEFFResponse ID,Received at,Version,Revision,Name,Age,City,Phone\r\n",
    );
    expect(await exportOf(key, form, "ndjson")).toBe("");
    const files = await unzip((await download(key, form, "xlsx")).bytes);
    expect(readSheet(files.get("xl/worksheets/sheet1.xml") ?? "")).toHaveLength(1);
    expect((await download(key, form, "csv?limit=5")).headers.get("link")).toBeNull();
  });

  it.each([
    ["csv?choices=both", "`choices` is label or id."],
    ["csv?bom=1", "`bom` is true or false."],
    ["csv?limit=0", "`limit` is a number from 1 to 1500000."],
    ["csv?limit=2000000", "`limit` is a number from 1 to 1500000."],
    ["csv?limit=1&limit=2", "`limit` is given once."],
    ["csv?choices=id&choices=label", "`choices` is given once."],
    ["csv?version=9", "This form has no version 9."],
    ["csv?colour=red", "export.csv has no option `colour`."],
    ["csv?order=desc", "`order` is asc."],
    ["ndjson?bom=true", "export.ndjson has no option `bom`. It has: choices, order, after, limit, review, since."],
    ["xlsx?guard=false", "export.xlsx has no option `guard`."],
  ])("refuses %s and says why", async (query, detail) => {
    const form = await newForm(key);
    const { status, bytes } = await download(key, form, query);
    const body = JSON.parse(new TextDecoder().decode(bytes));
    expect([status, body.code]).toEqual([400, "invalid_parameter"]);
    expect(body.detail).toContain(detail);
  });

  it("refuses more than one export can carry, unless a part is asked for", async () => {
    const form = await newForm(key);
    await fill(form, 1);
    await env.DB.prepare(
      `UPDATE responses SET id = id + 1500000 WHERE id >> 33 = (SELECT no FROM segments WHERE form = ?)`,
    )
      .bind(form)
      .run();
    const { status, bytes } = await download(key, form, "csv");
    expect([status, new TextDecoder().decode(bytes)]).toEqual([400, expect.stringContaining("1500001 responses")]);
  });

  it("refuses more columns than a sheet has", async () => {
    const choices = Array.from({ length: 500 }, (_, i) => ({ id: `c${i}`, label: `C${i}` }));
    const many = (i: number) => ({ ref: `q${i}`, type: "multiple_choice", title: `Q${i}`, choices });
    const form = await newForm(key, { questions: Array.from({ length: 33 }, (_, i) => many(i)) });
    const { status, bytes } = await download(key, form, "xlsx?multiple=columns");
    expect([status, new TextDecoder().decode(bytes)]).toEqual([400, expect.stringContaining("16504 columns")]);
    expect((await download(key, form, "xlsx")).status).toBe(200);
  });
});
