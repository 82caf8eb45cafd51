/** Compares what was answered with 201 against sheet, phone and parked deliveries. Pure: it is told all of it. */
import { parseResponseId } from "../../src/core/ids";
import type { Cell, Text } from "../support/emulated";

/** A response that was answered with 201, and what it must have come to. */
export interface Submitted {
  readonly id: string;
  /** Which of the sheets its form writes to, from 0. */
  readonly sheet: number;
  /** Its row, id first. */
  readonly cells: readonly Cell[];
  readonly to: string;
  readonly text: string;
  /** Then it may have neither row nor text; a row that is there has no answers. */
  readonly erased: boolean;
  /** Why it must be parked; null: it must not. */
  readonly parkedAtSheet: RegExp | null;
  readonly parkedAtPhone: RegExp | null;
}

export interface Parked {
  readonly response: string;
  readonly reason?: string;
}

export interface Found {
  readonly submitted: readonly Submitted[];
  /** Rows of each sheet, without the header, top to bottom. */
  readonly sheets: readonly (readonly (readonly Cell[])[])[];
  readonly texts: readonly Text[];
  readonly parkedAtSheet: readonly Parked[];
  readonly parkedAtPhone: readonly Parked[];
}

/** Counts for one side. Everything but the first three must be 0. */
export interface Side {
  readonly there: number;
  /** Parked as they must be, by reason. */
  readonly parked: Readonly<Record<string, number>>;
  /** Erased before it was their turn. */
  readonly erased: number;
  readonly missing: number;
  readonly doubled: number;
  readonly outOfOrder: number;
  readonly wrong: number;
  /** Rows or texts of no response that was submitted. */
  readonly strange: number;
  /** Parked without being meant to, for another reason than meant, or delivered although meant to be parked. */
  readonly parkedWrongly: number;
}

export interface Verdict {
  readonly submitted: number;
  readonly sheet: Side;
  readonly phone: Side;
  /** The first few of each violation, in words. */
  readonly examples: readonly string[];
}

const FAULTS = ["missing", "doubled", "outOfOrder", "wrong", "strange", "parkedWrongly"] as const;

/** Whether nothing is wrong. */
export const isClean = ({ sheet, phone }: Verdict): boolean =>
  [sheet, phone].every((side) => FAULTS.every((fault) => side[fault] === 0));

/** Judges both sides. */
export function verify({ submitted, sheets, texts, parkedAtSheet, parkedAtPhone }: Found): Verdict {
  const examples: string[] = [];
  const rows = sheets.flatMap((all, sheet) =>
    all.map((cells) => ({ id: String(cells[0] ?? ""), value: { sheet, cells } })),
  );
  const textsById = texts.map((text) => ({
    id: /receipt ([a-z0-9]+)$/.exec(text.body)?.[1] ?? text.body,
    value: text,
  }));
  const sheet = judge(submitted, {
    side: "sheet",
    found: rows,
    parked: parkedAtSheet,
    mustPark: (response) => response.parkedAtSheet,
    differs: (response, { sheet, cells }) =>
      sheet === response.sheet ? differentCell(response.cells, cells) : `in sheet ${sheet}, not ${response.sheet}`,
    examples,
  });
  const phone = judge(submitted, {
    side: "phone",
    found: textsById,
    parked: parkedAtPhone,
    mustPark: (response) => response.parkedAtPhone,
    differs: ({ to, text }, found) => (found.to === to && found.body === text ? null : "not the text that it must get"),
    examples,
  });
  const outOfOrder = sheets.reduce((sum, all) => sum + countOutOfOrder(all.map(([id]) => String(id ?? ""))), 0);
  if (outOfOrder > 0) examples.push(`sheet: ${outOfOrder} rows stand below a row that was stored after them`);
  return { submitted: submitted.length, sheet: { ...sheet, outOfOrder }, phone: { ...phone, outOfOrder: 0 }, examples };
}

interface Look<T> {
  readonly side: "sheet" | "phone";
  readonly found: readonly { readonly id: string; readonly value: T }[];
  readonly parked: readonly Parked[];
  readonly mustPark: (response: Submitted) => RegExp | null;
  /** What is wrong with it, or null. */
  readonly differs: (response: Submitted, value: T) => string | null;
  readonly examples: string[];
}

function judge<T>(submitted: readonly Submitted[], look: Look<T>): Omit<Side, "outOfOrder"> {
  const counts = { there: 0, erased: 0, missing: 0, doubled: 0, wrong: 0, strange: 0, parkedWrongly: 0 };
  const parkedAs: Record<string, number> = {};
  const found = Map.groupBy(look.found, ({ id }) => id);
  const reasons = new Map(look.parked.map(({ response, reason = "" }) => [response, reason]));
  const note = (fault: Exclude<(typeof FAULTS)[number], "outOfOrder">, id: string, detail = "") => {
    counts[fault] += 1;
    if (counts[fault] <= 5) look.examples.push(`${look.side}: ${id} ${fault}${detail && `: ${detail}`}`);
  };
  for (const response of submitted) {
    const { id } = response;
    const [first, ...more] = found.get(id) ?? [];
    const [reason, must] = [reasons.get(id), look.mustPark(response)];
    found.delete(id);
    reasons.delete(id);
    if (more.length > 0) note("doubled", id, `${more.length + 1} times`);
    if (must !== null || reason !== undefined) {
      if (first || reason === undefined || !must?.test(reason))
        note("parkedWrongly", id, reason ?? "delivered or open");
      else parkedAs[reason] = (parkedAs[reason] ?? 0) + 1;
    } else if (first) {
      counts.there += 1;
      const wrong = look.differs(response, first.value);
      if (wrong !== null) note("wrong", id, wrong);
    } else if (response.erased) counts.erased += 1;
    else note("missing", id);
  }
  for (const id of found.keys()) note("strange", id);
  for (const [id, reason] of reasons) note("parkedWrongly", id, reason);
  return { ...counts, parked: parkedAs };
}

/** Empty cells at the end of a row are as good as none. */
function differentCell(wanted: readonly Cell[], found: readonly Cell[]): string | null {
  for (let at = 0; at < Math.max(wanted.length, found.length); at += 1) {
    const [want, have] = [wanted[at] ?? null, found[at] ?? null].map((cell) => JSON.stringify(cell));
    if (want !== have) return `column ${at + 1} is ${have?.slice(0, 80)} instead of ${want?.slice(0, 80)}`;
  }
  return null;
}

/** Rows that stand below one that was stored later. */
function countOutOfOrder(ids: readonly string[]): number {
  let highest = 0;
  let count = 0;
  for (const id of ids) {
    const position = parseResponseId(id)?.position ?? 0;
    if (position < highest) count += 1;
    highest = Math.max(highest, position);
  }
  return count;
}

/** The verdict as a table in Markdown, with the reasons of what is parked below it. */
export function formatVerdict({ submitted, sheet, phone, examples }: Verdict): string {
  const total = (side: Side) => Object.values(side.parked).reduce((a, b) => a + b, 0);
  const lines: readonly (readonly [string, number, number | string])[] = [
    ["submitted (201)", submitted, submitted],
    ["there", sheet.there, phone.there],
    ["parked, as meant", total(sheet), total(phone)],
    ["erased before its turn", sheet.erased, phone.erased],
    ["**missing**", sheet.missing, phone.missing],
    ["**doubled**", sheet.doubled, phone.doubled],
    ["**out of order**", sheet.outOfOrder, "not promised"],
    ["**wrong cells, wrong texts**", sheet.wrong, phone.wrong],
    ["**of no response**", sheet.strange, phone.strange],
    ["**parked, not as meant**", sheet.parkedWrongly, phone.parkedWrongly],
  ];
  const show = (value: number | string) => (typeof value === "number" ? value.toLocaleString("en") : value);
  const reasons = [...Object.entries(sheet.parked), ...Object.entries(phone.parked)];
  return [
    "| | sheet | phone |",
    "|---|---:|---:|",
    ...lines.map(([name, atSheet, atPhone]) => `| ${name} | ${show(atSheet)} | ${show(atPhone)} |`),
    "",
    ...reasons.map(([reason, count]) => `- parked ${count}: ${reason}`),
    ...examples.map((example) => `- ! ${example}`),
  ].join("\n");
}
