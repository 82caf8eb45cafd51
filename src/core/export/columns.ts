/**
 * The table of an export: its columns, merged by question ref over all versions of a form, and what each response has
 * in each. Newest version's questions in their order, then those that only older versions have. Pure.
 */
import type { Definition, Question } from "../form";
import type { Answer, ResponseRecord } from "../response";
import { type Labels, mergeLabels, newestFirst } from "./labels";

/** `day` is YYYY-MM-DD, `moment` milliseconds since the epoch; null is an empty cell. */
export type Cell = null | string | number | boolean | { readonly day: string } | { readonly moment: number };
export type Row = readonly Cell[];

export interface TableOptions {
  readonly choices: "label" | "id";
  /** multiple_choice as one text, or a column of true and false for each choice. */
  readonly multiple: "joined" | "columns";
  /** A column with the names of the rules that do not hold; unless told, where a version has rules. */
  readonly flags?: boolean;
  /** A last column with the metadata as JSON. */
  readonly metadata: boolean;
}

export interface Column {
  /** For people: a question's title. */
  readonly title: string;
  /** For programs: unique; a question's ref, `ref.part`, or a name that begins with _ and so is no ref. */
  readonly name: string;
  readonly cell: (response: ResponseRecord) => Cell;
}

const FIXED: readonly Column[] = [
  { title: "Response ID", name: "_response_id", cell: (response) => response.id },
  { title: "Received at", name: "_received_at", cell: (response) => ({ moment: response.receivedAt }) },
  { title: "Version", name: "_version", cell: (response) => response.version },
  { title: "Revision", name: "_revision", cell: (response) => response.revision },
];

const FLAGS: Column = {
  title: "Flags",
  name: "_flags",
  cell: ({ flags }) => (flags.length > 0 ? flags.map(({ rule }) => rule).join("; ") : null),
};

const METADATA: Column = {
  title: "Metadata",
  name: "_metadata",
  cell: ({ metadata }) => (Object.keys(metadata).length > 0 ? JSON.stringify(metadata) : null),
};

/** The columns of a form's export. `definitions` by version. */
export function columnsOf(
  definitions: ReadonlyMap<number, Definition>,
  labels: Labels,
  options: TableOptions,
): readonly Column[] {
  const questions = new Map<string, Question>();
  for (const definition of newestFirst(definitions)) {
    for (const question of definition.questions) {
      if (question.type !== "statement" && !questions.has(question.ref)) questions.set(question.ref, question);
    }
  }
  const choices = mergeLabels(definitions);
  const answers = [...questions.values()].flatMap((question) => {
    if (question.type === "location") return locationColumns(question);
    if (question.type === "multiple_choice" && options.multiple === "columns") {
      return choiceColumns(question, choices.get(question.ref) ?? new Map(), options);
    }
    return [answerColumn(question, labels, options)];
  });
  const flagged = options.flags ?? [...definitions.values()].some(({ rules = [] }) => rules.length > 0);
  return distinguish([...FIXED, ...answers, ...(flagged ? [FLAGS] : []), ...(options.metadata ? [METADATA] : [])]);
}

function answerTo(response: ResponseRecord, ref: string): Answer | undefined {
  return Object.hasOwn(response.answers, ref) ? response.answers[ref] : undefined;
}

function answerColumn({ ref, title, type, choices }: Question, labels: Labels, options: TableOptions): Column {
  const show = (version: number, id: string) => (options.choices === "id" ? id : labels.of(version, ref, id));
  return {
    title,
    name: ref,
    cell(response) {
      const answer = answerTo(response, ref);
      if (answer === undefined || answer === null) return null;
      if (typeof answer === "number" || typeof answer === "boolean") return answer;
      if (typeof answer === "string") {
        if (type === "date") return { day: answer };
        return choices ? show(response.version, answer) : answer;
      }
      if ("latitude" in answer) return `${answer.latitude}, ${answer.longitude}`;
      return answer.length > 0 ? answer.map((id) => show(response.version, id)).join("; ") : null;
    },
  };
}

function locationColumns({ ref, title }: Question): Column[] {
  return (["latitude", "longitude", "accuracy"] as const).map((part) => ({
    title: `${title} (${part})`,
    name: `${ref}.${part}`,
    cell(response) {
      const answer = answerTo(response, ref);
      return typeof answer === "object" && "latitude" in answer ? (answer[part] ?? null) : null;
    },
  }));
}

/** Empty where the question was not answered: that is not the same as not picked. */
function choiceColumns(
  { ref, title }: Question,
  choices: ReadonlyMap<string, string>,
  options: TableOptions,
): Column[] {
  return [...choices].map(([id, label]) => ({
    title: `${title}: ${options.choices === "id" ? id : label}`,
    name: `${ref}.${id}`,
    cell(response) {
      const answer = answerTo(response, ref);
      return Array.isArray(answer) ? answer.includes(id) : null;
    },
  }));
}

/** Columns of equal title get their name behind it, so that no reader mistakes one for the other. */
function distinguish(columns: readonly Column[]): readonly Column[] {
  const seen = Map.groupBy(columns, ({ title }) => title);
  return columns.map((column, i) =>
    i >= FIXED.length && (seen.get(column.title)?.length ?? 0) > 1
      ? { ...column, title: `${column.title} [${column.name}]` }
      : column,
  );
}
