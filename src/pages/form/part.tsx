/**
 * One page of a form: what stands over it, and its questions, those after a statement as a group under it. Without
 * script all pages stand one after the other; with it one is shown at a time. Used by page.tsx.
 */
import type { Question } from "../../core/form";
import type { FormPage } from "../../core/form-pages";
import { Control, Shown } from "./controls";
import { frameOf, type Scene } from "./question";
import { fillIn } from "./words";

interface PartProps {
  readonly page: FormPage;
  /** Its number from 1 on, and how many there are; 1 where nobody leafs through them. */
  readonly n: number;
  readonly all: number;
  readonly scene: Scene;
  /** What is wrong, by ref. */
  readonly errors: ReadonlyMap<string, readonly string[]>;
}

/** A page of the form. A form of one page has nothing over it, unless the page has a title. */
export const Part = ({ page, n, all, scene, errors }: PartProps) => {
  const labelled = all > 1 || page.title !== undefined;
  const nested = labelled && page.title !== undefined;
  return (
    <section class="part" data-part aria-labelledby={labelled ? `part_${n}` : undefined}>
      {all > 1 && <Progress n={n} all={all} scene={scene} id={nested ? undefined : `part_${n}`} />}
      {page.title !== undefined && (
        <h2 class="part-title" id={`part_${n}`} dir="auto" tabindex={-1}>
          {page.title}
        </h2>
      )}
      {page.description && (
        <p class="lead" dir="auto">
          {page.description}
        </p>
      )}
      {groupsOf(page.questions).map(({ statement, questions }) => {
        const inside = questions.map((question) => <Asked question={question} scene={scene} errors={errors} />);
        if (!statement) return inside;
        return (
          <fieldset class="group" aria-labelledby={headingId(statement)}>
            <Statement question={statement} scene={scene} nested={nested} />
            {inside}
          </fieldset>
        );
      })}
    </section>
  );
};

interface ProgressProps extends Pick<PartProps, "n" | "all" | "scene"> {
  readonly id: string | undefined;
}

const Progress = ({ n, all, scene, id }: ProgressProps) => (
  <div class="progress">
    <p id={id} tabindex={id === undefined ? undefined : -1} data-progress>
      {fillIn(scene.words.form.page, { n, all })}
    </p>
    <progress value={n} max={all} aria-hidden="true" />
  </div>
);

const Asked = ({ question, scene, errors }: Pick<PartProps, "scene" | "errors"> & { question: Question }) =>
  question.calculated === undefined ? (
    <Control question={question} scene={scene} errors={errors.get(question.ref) ?? []} />
  ) : (
    <Shown question={question} scene={scene} errors={[]} />
  );

interface Group {
  readonly statement?: Question;
  readonly questions: Question[];
}

/** A statement leads the questions after it, up to the next one. */
function groupsOf(questions: readonly Question[]): Group[] {
  const groups: Group[] = [];
  for (const question of questions) {
    if (question.calculated !== undefined && !question.shown) continue;
    if (question.type === "statement") groups.push({ statement: question, questions: [] });
    else if (groups.length === 0) groups.push({ questions: [question] });
    else groups.at(-1)?.questions.push(question);
  }
  return groups;
}

const headingId = ({ ref }: Question) => `title_${ref}`;

const Statement = ({ question, scene, nested }: Pick<PartProps, "scene"> & { question: Question; nested: boolean }) => {
  const Heading = nested ? "h3" : "h2";
  return (
    <div class="question statement" {...frameOf({ question, scene })}>
      <Heading class="title" id={headingId(question)} dir="auto">
        {question.title}
      </Heading>
      {question.description && (
        <p class="hint" dir="auto">
          {question.description}
        </p>
      )}
    </div>
  );
};
