/**
 * What was asked: the questions and choices of the newest version, and those of earlier ones that are still counted.
 */
import type { Definition, Question } from "../../core/form";
import type { ReadDefinitions } from "../../core/index-kind";
import { FORM } from "./contribution";
import type { CountRow } from "./tables";

interface AskedChoice {
  /** As the newest version that has it calls it. */
  readonly label: string;
  readonly removed: boolean;
}

export interface Asked {
  /** Of the newest version that has it. */
  readonly question: Question;
  readonly removed: boolean;
  /** By id, those of the newest version first. */
  readonly choices: Map<string, AskedChoice>;
}

/** Versions that are read at once: a definition may have 500 kB. */
const VERSIONS = 10;

const YES_NO = [
  { id: "true", label: "Yes" },
  { id: "false", label: "No" },
];

/**
 * Questions in the order of the newest version, then removed ones. Reads earlier versions only when something is
 * counted that the newest one does not have, and only as far back as it has to.
 */
export async function findAsked(
  rows: readonly CountRow[],
  { version, definition }: { version: number; definition: Definition | undefined },
  read: ReadDefinitions,
): Promise<Asked[]> {
  const asked = new Map<string, Asked>();
  learn(asked, definition, false);
  let missing = rows.filter((row) => !isKnown(asked, row));
  for (let last = version - 1; last > 0 && missing.length > 0; last -= VERSIONS) {
    const versions = Array.from({ length: Math.min(VERSIONS, last) }, (_, i) => last - i);
    const definitions = await read(versions);
    for (const earlier of versions) learn(asked, definitions.get(earlier), true);
    missing = missing.filter((row) => !isKnown(asked, row));
  }
  return [...asked.values()];
}

function isKnown(asked: ReadonlyMap<string, Asked>, { subject, facet, key }: CountRow): boolean {
  if (subject === FORM) return true;
  const choices = asked.get(subject)?.choices;
  return choices !== undefined && (facet !== "choice" || choices.has(String(key)));
}

function learn(asked: Map<string, Asked>, definition: Definition | undefined, removed: boolean): void {
  for (const question of definition?.questions ?? []) {
    const known = asked.get(question.ref) ?? { question, removed, choices: new Map<string, AskedChoice>() };
    asked.set(question.ref, known);
    for (const { id, label } of question.type === "yes_no" ? YES_NO : (question.choices ?? [])) {
      // The choices of a removed question are those it had when it was last asked.
      const gone = removed && known.question !== question;
      if (!known.choices.has(id)) known.choices.set(id, { label, removed: gone });
    }
  }
}
