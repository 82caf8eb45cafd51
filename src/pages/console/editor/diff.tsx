/**
 * What changed between two definitions, for people: questions that came, went and changed, with what they said before.
 */
import { asDraft, listOf, nameOf } from "../../../core/draft/draft";
import { isObject, itemsOf, memberOf, textOf } from "../../../core/draft/json";
import type { Question } from "../../../core/form";
import type { Change, DefinitionDiff } from "../../../core/form-diff";
import { Card } from "../parts/card";
import { count, counted } from "../words";
import { languageName } from "./outline-parts";
import { memberName, typeName } from "./words";

interface DiffProps {
  readonly diff: DefinitionDiff;
  /** Titles by ref. */
  readonly titles: ReadonlyMap<string, string>;
}

export const Diff = ({ diff, titles }: DiffProps) => {
  const { form, added, removed, changed, reordered } = diff;
  if (isNothing(diff)) return <p class="box">Nothing changed.</p>;
  return (
    <>
      {added.length > 0 && <Questions title="New questions" id="added" questions={added} />}
      {removed.length > 0 && (
        <Questions title="Questions that go" id="removed" questions={removed} note="Answers that came stay readable." />
      )}
      {changed.length > 0 && (
        <Card title="Questions that change" id="changed">
          {changed.map(({ ref, changes }) => (
            <section class="changed">
              <h3 dir="auto">{titles.get(ref) ?? ref}</h3>
              <Changes changes={changes} />
            </section>
          ))}
        </Card>
      )}
      {Object.keys(form).length > 0 && (
        <Card title="The form itself" id="itself">
          <Changes changes={form} />
        </Card>
      )}
      {reordered && (
        <Card title="Another order" id="order">
          <ol>
            {reordered.map((ref) => (
              <li dir="auto">{titles.get(ref) ?? ref}</li>
            ))}
          </ol>
        </Card>
      )}
    </>
  );
};

/** Titles of the questions of definitions and drafts, by ref; the last one that has a question says it. */
export const titlesOf = (...definitions: readonly unknown[]): ReadonlyMap<string, string> =>
  new Map(
    definitions
      .flatMap((one) => listOf(asDraft(one) ?? {}, "questions"))
      .map((one) => [nameOf("questions", one), textOf(memberOf(one, "title"))]),
  );

/** In a few words: "2 new questions, 1 changed". */
export function sayDiff({ form, added, removed, changed, reordered }: DefinitionDiff): string {
  const counts = [
    [added.length, "new"],
    [removed.length, "removed"],
    [changed.length, "changed"],
  ] as const;
  const said = counts
    .filter(([n]) => n > 0)
    .map(([n, what], i) => (i === 0 ? counted(n, `${what} question`) : `${count(n)} ${what}`));
  const members = Object.keys(form).map((member) => memberName(member).toLowerCase());
  return [...said, ...members, ...(reordered ? ["order"] : [])].join(", ") || "nothing";
}

export const isNothing = ({ form, added, removed, changed, reordered }: DefinitionDiff): boolean =>
  added.length + removed.length + changed.length + Object.keys(form).length === 0 && reordered === null;

const Questions = ({
  title,
  id,
  questions,
  note,
}: {
  title: string;
  id: string;
  questions: readonly Question[];
  note?: string;
}) => (
  <Card title={title} id={id}>
    <ul class="plain">
      {questions.map((question) => (
        <li>
          <span dir="auto">{question.title}</span> <span class="soft small">{typeName(question.type)}</span>
        </li>
      ))}
    </ul>
    {note && <p class="hint">{note}</p>}
  </Card>
);

const Changes = ({ changes }: { changes: Readonly<Record<string, Change>> }) => (
  <dl class="changes">
    {Object.entries(changes).flatMap(([member, change]) =>
      (PARTED[member]?.(change) ?? [[memberName(member), change]]).map(([name, { from, to }]) => (
        <div>
          <dt>{name}</dt>
          <dd>
            {from !== undefined && <del>{said(from)}</del>} {to !== undefined && <ins>{said(to)}</ins>}
          </dd>
        </div>
      )),
    )}
  </dl>
);

type Parts = readonly (readonly [name: string, change: Change])[];

/** Members that hold many things: only those that changed are shown. */
const PARTED: Readonly<Record<string, (change: Change) => Parts>> = {
  rules: partsBy((value) => itemsOf(value).map((rule) => [textOf(memberOf(rule, "name")), rule]), "rule "),
  choices: partsBy((value) => itemsOf(value).map((choice) => [textOf(memberOf(choice, "id")), choice]), "choice "),
  choiceLists: partsBy((value) => (isObject(value) ? Object.entries(value) : []), "list "),
  translations: partsBy(
    (value) => (isObject(value) ? Object.entries(value).map(([tag, texts]) => [languageName(tag), texts]) : []),
    "",
  ),
};

function partsBy(entriesOf: (value: unknown) => [string, unknown][], before: string) {
  return ({ from, to }: Change): Parts => {
    const [was, is] = [new Map(entriesOf(from)), new Map(entriesOf(to))];
    const names = [...new Set([...was.keys(), ...is.keys()])];
    const differing = names.filter((name) => JSON.stringify(was.get(name)) !== JSON.stringify(is.get(name)));
    if (differing.length === 0) return [[before.trim() || "texts", { to: "in another order" }]];
    return differing.map((name) => [before + name, { from: was.get(name), to: is.get(name) }]);
  };
}

const LONG = 400;

/** A value as people read it: a label, what a rule demands, else as it is written. */
function said(value: unknown): string {
  if (value === true) return "yes";
  if (value === false) return "no";
  const label = memberOf(value, "label") ?? memberOf(value, "title");
  if (typeof label === "string" && isObject(value) && Object.keys(value).length <= 2) return label;
  const expression = memberOf(value, "expression");
  if (typeof expression === "string") {
    return `${expression} (${memberOf(value, "severity") === "error" ? "refuses" : "flags"}): ${textOf(memberOf(value, "message"))}`;
  }
  if (Array.isArray(value)) return cut(value.map(said).join(", "));
  return cut(typeof value === "string" ? value : (JSON.stringify(value) ?? ""));
}

const cut = (text: string) => (text.length > LONG ? `${text.slice(0, LONG)}…` : text);
