/** The questions of a form in their order, with the buttons that move, copy and remove them. */
import { keysOf, listOf } from "../../../core/draft/draft";
import { itemsOf, memberOf, textOf } from "../../../core/draft/json";
import { Card } from "../parts/card";
import { Empty } from "../parts/empty";
import { counted } from "../words";
import { EditForm } from "./head";
import type { OutlineProps } from "./outline";
import { editPath, questionPath } from "./paths";
import { typeName } from "./words";

export const Questions = ({ copy, draft, at, by }: OutlineProps) => {
  const questions = listOf(draft, "questions");
  const keys = keysOf(draft, "questions");
  const wrong = new Set(copy.problems.flatMap(({ pointer }) => /^\/questions\/(\d+)/.exec(pointer)?.[1] ?? []));
  if (questions.length === 0) {
    return (
      <Empty title="No questions yet">
        <p>Add the first one below.</p>
      </Empty>
    );
  }
  return (
    <Card title="Questions" id="questions" flush>
      <EditForm action={editPath(copy.form.id)} revision={copy.revision}>
        <ol class="outline">
          {questions.map((question, i) => (
            <QuestionRow
              form={copy.form.id}
              question={question}
              called={keys[i] ?? ""}
              i={i}
              last={questions.length - 1}
              wrong={wrong.has(String(i))}
              focus={keys[i] === at ? by : undefined}
            />
          ))}
        </ol>
      </EditForm>
    </Card>
  );
};

interface QuestionRowProps {
  readonly form: string;
  readonly question: unknown;
  readonly called: string;
  readonly i: number;
  readonly last: number;
  readonly wrong: boolean;
  /** The button that has the focus when the page comes. */
  readonly focus: string | undefined;
}

const QuestionRow = ({ form, question, called, i, last, wrong, focus }: QuestionRowProps) => {
  const title = textOf(memberOf(question, "title")) || "Without a title";
  const page = memberOf(question, "page");
  // At the end of the way the button that leads on is the other one.
  const focused = focus === "up" && i === 0 ? "down" : focus === "down" && i === last ? "up" : focus;
  return (
    <li class={memberOf(question, "type") === "statement" ? "heads" : undefined}>
      {page !== undefined && (
        <p class="page-break">
          Page{textOf(memberOf(page, "title")) && <span dir="auto">{`: ${textOf(memberOf(page, "title"))}`}</span>}
        </p>
      )}
      <div class="one">
        <div class="what">
          <a href={questionPath(form, called)} dir="auto" autofocus={focus === ""}>
            {title}
          </a>
          <p class="soft small">
            {[typeName(memberOf(question, "type")), ...traitsOf(question)].join(" · ")}
            {wrong && <span class="problem"> · To mend</span>}
          </p>
        </div>
        <div class="buttons">
          <MoveButton way="up" called={called} title={title} disabled={i === 0} focused={focused} />
          <MoveButton way="down" called={called} title={title} disabled={i === last} focused={focused} />
          <button
            type="submit"
            class="quiet icon"
            name="do"
            value={`duplicate ${called}`}
            aria-label={`Duplicate: ${title}`}
            title="Duplicate"
          >
            ⧉
          </button>
          <a
            class="button quiet icon"
            href={questionPath(form, called, "remove")}
            aria-label={`Remove: ${title}`}
            title="Remove"
          >
            ✕
          </a>
        </div>
      </div>
    </li>
  );
};

interface MoveButtonProps {
  readonly way: "up" | "down";
  readonly called: string;
  readonly title: string;
  readonly disabled: boolean;
  readonly focused: string | undefined;
}

const MoveButton = ({ way, called, title, disabled, focused }: MoveButtonProps) => (
  <button
    type="submit"
    class="quiet icon"
    name="do"
    value={`${way} ${called}`}
    aria-label={`Move ${way}: ${title}`}
    title={`Move ${way}`}
    disabled={disabled}
    autofocus={focused === way}
  >
    {way === "up" ? "↑" : "↓"}
  </button>
);

function traitsOf(question: unknown): string[] {
  const has = (member: string) => memberOf(question, member) !== undefined;
  const count = itemsOf(memberOf(question, "choices")).length;
  return [
    ...(count > 0 ? [counted(count, "choice")] : []),
    ...(memberOf(question, "required") === true ? ["required"] : []),
    ...(has("visibleIf") ? ["only in some cases"] : []),
    ...(has("requiredIf") ? ["required in some cases"] : []),
    ...(has("calculated") ? ["calculated"] : []),
  ];
}
