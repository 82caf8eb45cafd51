/**
 * A condition put together in words, or written as an expression. Which of the two is shown follows from the choice
 * above them.
 */
import type { Child } from "hono/jsx";
import { COMPARISONS } from "../../../core/draft/condition";
import type { Question } from "../../../core/form";
import type { Inputs } from "./inputs";

interface ConditionProps {
  readonly member: string;
  readonly legend: string;
  readonly inputs: Inputs;
  /** Of the whole form. */
  readonly questions: readonly Question[];
  /** How the three choices are called; without the first where there must be a condition. */
  readonly none?: string;
  readonly rows: string;
  readonly mistake?: string | undefined;
  readonly hint?: Child;
}

export const ConditionBox = (props: ConditionProps) => {
  const { member, legend, inputs, none, rows, mistake, hint } = props;
  const modes = [
    ...(none === undefined ? [] : [["none", none]]),
    ["rows", rows],
    ["expression", "By an expression (CEL)"],
  ] as const;
  const mistakeId = `mistake_${member}`;
  return (
    <fieldset class="condition" aria-describedby={mistake ? mistakeId : undefined}>
      <legend>{legend}</legend>
      <div class="modes">
        {modes.map(([mode, text]) => (
          <label class="check">
            <input type="radio" name={`${member}.mode`} value={mode} checked={inputs(`${member}.mode`) === mode} />
            {text}
          </label>
        ))}
      </div>
      <div class="of-rows">
        <Rows {...props} />
      </div>
      <div class="of-expression field">
        <label for={`expression_${member}`}>Expression</label>
        <textarea
          id={`expression_${member}`}
          name={`${member}.expression`}
          rows={2}
          maxlength={2_000}
          spellcheck={false}
          class="code"
          dir="ltr"
        >
          {`\n${inputs(`${member}.expression`)}`}
        </textarea>
        <p class="hint">
          As <code>days &gt; 3 && city == "pune"</code>. Questions go by their names in the data.
        </p>
      </div>
      {mistake && (
        <p class="mistake" id={mistakeId}>
          {mistake}
        </p>
      )}
      {hint && <div class="hint">{hint}</div>}
    </fieldset>
  );
};

const Rows = ({ member, inputs, questions }: ConditionProps) => {
  const asked = questions.filter(({ type }) => type !== "statement");
  const count = countRows(member, inputs);
  return (
    <>
      <select name={`${member}.join`} aria-label="How many of these">
        {[
          ["all", "All of these hold"],
          ["any", "Any of these holds"],
        ].map(([value, text]) => (
          <option value={value} selected={inputs(`${member}.join`) === value}>
            {text}
          </option>
        ))}
      </select>
      {Array.from({ length: count }, (_, i) => (
        <Row member={member} i={i} inputs={inputs} asked={asked} />
      ))}
      <p class="hint">Rows without a question are left out; saving makes room for more.</p>
    </>
  );
};

/** As many as are stored or were sent, and never more than can be read. */
function countRows(member: string, inputs: Inputs): number {
  let count = 0;
  for (let i = 0; i < 12; i += 1) if (inputs(`${member}.${i}.ref`) !== "") count = i + 1;
  return Math.max(3, count + 1);
}

interface RowProps {
  readonly member: string;
  readonly i: number;
  readonly inputs: Inputs;
  readonly asked: readonly Question[];
}

const Row = ({ member, i, inputs, asked }: RowProps) => {
  const at = `${member}.${i}.`;
  const [chosen, other] = [inputs(`${at}ref`), inputs(`${at}other`)];
  const choices = asked.find(({ ref }) => ref === chosen)?.choices ?? [];
  const listId = `values_${member}_${i}`;
  const n = i + 1;
  return (
    <div class="term">
      <select name={`${at}ref`} aria-label={`Question ${n}`}>
        <option value="">…</option>
        <Questions asked={asked} chosen={chosen} />
      </select>
      <select name={`${at}is`} aria-label={`Comparison ${n}`}>
        {Object.entries(COMPARISONS).map(([is, text]) => (
          <option value={is} selected={inputs(`${at}is`) === is}>
            {text}
          </option>
        ))}
      </select>
      <input
        name={`${at}value`}
        value={inputs(`${at}value`)}
        aria-label={`Value ${n}`}
        placeholder="Value"
        autocomplete="off"
        dir="auto"
        list={choices.length > 0 ? listId : undefined}
      />
      <select name={`${at}other`} aria-label={`Or the answer to, ${n}`}>
        <option value="">the value</option>
        <Questions asked={asked} chosen={other} before="the answer to " />
      </select>
      {choices.length > 0 && (
        <datalist id={listId}>
          {choices.map(({ label }) => (
            <option value={label} />
          ))}
        </datalist>
      )}
    </div>
  );
};

const Questions = ({ asked, chosen, before = "" }: { asked: readonly Question[]; chosen: string; before?: string }) => (
  <>
    {asked.map(({ ref, title }) => (
      <option value={ref} selected={ref === chosen}>
        {before + cut(title)}
      </option>
    ))}
    {chosen !== "" && asked.every(({ ref }) => ref !== chosen) && (
      <option value={chosen} selected>
        {chosen}
      </option>
    )}
  </>
);

const LONG = 60;
const cut = (title: string) => (title.length > LONG ? `${title.slice(0, LONG)}…` : title);
