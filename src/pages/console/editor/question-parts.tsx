/** The parts of a question's page beside its title: type, choices, limits, page, calculation, its place in the data. */
import type { Child } from "hono/jsx";
import { choicesOf } from "../../../core/draft/choices";
import { memberOf, objectOf, textOf } from "../../../core/draft/json";
import { hasSetting } from "../../../core/draft/questions";
import { QUESTION_TYPES } from "../../../core/form";
import { Card } from "../parts/card";
import { Input, Select, TextArea, Tick } from "../parts/controls";
import { ChoiceRows } from "./choices";
import { editPath } from "./paths";
import type { QuestionPageProps } from "./question";
import { memberName, TYPES, typeName } from "./words";

type PartProps = QuestionPageProps & { readonly problems: ReadonlyMap<string, string> };

/** What is wrong where the page has no input: a setting that questions of this type don't have, or nobody knows. */
export const Unplaced = ({ copy, question, problems }: PartProps) => {
  const type = memberOf(question, "type");
  const unplaced = [...problems].filter(([member]) => !KNOWN.has(member) || !hasSetting(type, member));
  if (unplaced.length === 0) return null;
  return (
    <div class="box bad">
      <ul>
        {unplaced.map(([member, text]) => (
          <li>
            {member && <strong>{`${memberName(member)}: `}</strong>}
            {text}
          </li>
        ))}
      </ul>
      <p>
        There is no input for it here: change it in the <a href={editPath(copy.form.id, "json")}>JSON</a>.
      </p>
    </div>
  );
};

export const TypeInput = ({ copy, question, inputs, problems }: PartProps) => {
  const [type, ref] = [memberOf(question, "type"), textOf(memberOf(question, "ref"))];
  const fixed = copy.types.get(ref);
  if (fixed !== undefined && fixed === type) {
    return (
      <div class="field">
        <p>
          <strong class="label">Type:</strong> {typeName(type)}
        </p>
        <p class="hint">
          It was published so, and stays so: its answers would not fit another type. For another one, add a question.
        </p>
      </div>
    );
  }
  const known = QUESTION_TYPES.some((one) => one === inputs("type"));
  const options = QUESTION_TYPES.map((value) => ({ value, label: TYPES[value] }));
  return (
    <Select
      label="Type"
      name="type"
      value={inputs("type")}
      options={
        known ? options : [{ value: inputs("type"), label: `${inputs("type") || "None"} (unknown)` }, ...options]
      }
      hint="Saving shows the settings of another type."
      mistake={problems.get("type")}
    />
  );
};

export const Choices = ({ copy, question, inputs, problems }: PartProps) => {
  const lists = Object.keys(objectOf(memberOf(copy.definition, "choiceLists")));
  const chosen = inputs("choiceList");
  const options = [...new Set([...lists, ...(chosen ? [chosen] : [])])].map((value) => ({
    value,
    label: `The list “${value}”`,
  }));
  return (
    <Card title="Choices" id="choices">
      {options.length > 0 && (
        <Select
          label="Where they come from"
          name="choiceList"
          value={chosen}
          options={[{ value: "", label: "This question's own" }, ...options]}
          hint="A list is shared by several questions. It takes the place of the question's own choices."
          mistake={problems.get("choiceList")}
        />
      )}
      {chosen === "" && <ChoiceRows choices={choicesOf(question)} inputs={inputs} mistake={problems.get("choices")} />}
    </Card>
  );
};

const LIMITS: readonly (readonly [member: string, label: string, hint?: Child])[] = [
  ["min", "Smallest number"],
  ["max", "Largest number"],
  ["minLength", "Fewest characters"],
  ["maxLength", "Most characters"],
  ["minChoices", "Fewest choices"],
  ["maxChoices", "Most choices"],
  [
    "pattern",
    "Pattern",
    <>
      A regular expression that the whole answer must fit, as {"[A-Z]{2}-\\d{3}"}. Say in the help text what is meant.
    </>,
  ],
];

export const Limits = ({ question, inputs, problems }: PartProps) => {
  const type = memberOf(question, "type");
  const shown = LIMITS.filter(([member]) => hasSetting(type, member));
  if (shown.length === 0) return null;
  return (
    <Card title="Limits" id="limits">
      <div class="grid">
        {shown.map(([member, label, hint]) => (
          <Input
            label={type === "rating" && member === "max" ? "Stars" : label}
            name={member}
            value={inputs(member)}
            hint={hint}
            mistake={problems.get(member)}
          />
        ))}
      </div>
      <p class="hint">What is left empty does not limit anything.</p>
    </Card>
  );
};

export const PageBreak = ({ inputs, problems, at }: PartProps) => (
  <Card title="Page" id="page">
    <Tick
      label="A new page begins with this question"
      name="begins"
      checked={inputs("begins") === "on"}
      hint={at === 0 ? "The first page begins here in any case; tick it to give the page a title." : undefined}
      mistake={problems.get("page")}
    />
    <div class="of-begins">
      <Input label="Title of the page" name="page.title" value={inputs("page.title")} maxlength={300} />
      <TextArea
        label="Text of the page"
        name="page.description"
        value={inputs("page.description")}
        rows={2}
        maxlength={5_000}
      />
    </div>
  </Card>
);

export const Calculated = ({ inputs, problems }: PartProps) => (
  <details class="card" open={inputs("calculated") !== "" || problems.has("calculated")}>
    <summary>Calculated by the form</summary>
    <TextArea
      label="Answer"
      name="calculated"
      value={inputs("calculated")}
      rows={2}
      maxlength={2_000}
      hint={
        <>
          An expression over other answers, as <code>days * cost</code>. Nobody is asked for it then.
        </>
      }
      mistake={problems.get("calculated")}
    />
    <Tick
      label="Shown to the person who fills in the form"
      name="shown"
      checked={inputs("shown") === "on"}
      mistake={problems.get("shown")}
    />
  </details>
);

export const Details = ({ copy, question, inputs, problems }: PartProps) => {
  const ref = textOf(memberOf(question, "ref"));
  const others = Object.keys(objectOf(question)).filter((member) => !KNOWN.has(member));
  return (
    <details class="card" open={["ref", "indexed", "metadata"].some((member) => problems.has(member))}>
      <summary>In the data</summary>
      <Input
        label="Name in the data"
        name="ref"
        value={inputs("ref")}
        maxlength={64}
        hint={
          copy.types.has(ref)
            ? "Answers are stored under this name. Another name makes another question of it: answers that came stay with the old one."
            : "Answers are stored under this name; it is the column's name in exports. Expressions that name it follow."
        }
        mistake={problems.get("ref")}
      />
      <Tick
        label="Responses are filtered by it often"
        name="indexed"
        checked={inputs("indexed") === "on"}
        hint="Keeps an index, so that lists of a large form stay fast."
        mistake={problems.get("indexed")}
      />
      <TextArea
        label="Metadata"
        name="metadata"
        value={inputs("metadata")}
        rows={2}
        hint={<MetadataHint />}
        mistake={problems.get("metadata")}
      />
      {others.length > 0 && (
        <p class="hint">
          It also has {others.map((member) => `“${member}”`).join(", ")}: that is kept as it is, and edited in the JSON.
        </p>
      )}
    </details>
  );
};

/** How metadata is written (core/draft/pairs.ts). */
export const MetadataHint = () => (
  <>
    For programs that read the form: a line each, as <code>team: north</code>. Numbers, true, false and null are what
    they say; in quotes they are texts.
  </>
);

const KNOWN = new Set(
  "ref type title description required choices choiceList min max minLength maxLength pattern minChoices maxChoices visibleIf requiredIf calculated shown page indexed metadata".split(
    " ",
  ),
);
