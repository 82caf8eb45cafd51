/** Controls on a page: each with its title, its help, and what is wrong with what was entered. */
import { Prose } from "../../../docs/prose";
import { described, Input, idOf, Said, Select, TextArea } from "../../parts/controls";
import type { Mistakes } from "./mistakes";
import { type Control, partAt } from "./model";
import { chosenIn, groupIn, textOf, type Values } from "./values";

interface FieldsProps {
  readonly controls: readonly Control[];
  readonly values: Values;
  readonly mistakes: Mistakes;
  /** It is filled in for the first time: controls show what they fall back to. */
  readonly fresh: boolean;
}

interface Shown {
  readonly control: Control;
  readonly value: unknown;
  readonly mistakes: Mistakes;
}

/** What must be told first; what may be left as it is, folded away unless something stands in it. */
export const Fields = ({ controls, ...rest }: FieldsProps) => {
  const further = controls.filter(({ required }) => !required);
  const open = further.some(({ key, name }) => rest.values[key] !== undefined || rest.mistakes.of(name) !== undefined);
  return (
    <>
      <Each {...rest} controls={controls.filter(({ required }) => required)} />
      {further.length > 0 && (
        <details open={open || further.length === controls.length}>
          <summary>More settings</summary>
          <div class="stacked">
            <Each {...rest} controls={further} />
          </div>
        </details>
      )}
    </>
  );
};

const Each = ({ controls, values, mistakes, fresh }: FieldsProps) => (
  <>
    {controls.map((control) => (
      <One
        control={control}
        value={values[control.key] ?? (fresh ? control.fallback : undefined)}
        mistakes={mistakes}
      />
    ))}
  </>
);

const One = (shown: Shown) => {
  const { control, value, mistakes } = shown;
  const { type, name, title, required, maxLength, secret } = control;
  const of = {
    ...saidOf(control, mistakes),
    label: title,
    required: required && !secret,
    value: textOf(control, value),
  };
  if (type === "group") return <Group {...shown} />;
  if (type === "groups") return <Groups {...shown} />;
  if (type === "choices") return <Choices {...shown} />;
  if (type === "switch") return <Switch {...shown} />;
  if (type === "choice") return <Select {...of} value={chosenIn(value)[0] ?? ""} options={optionsOf(control)} />;
  if (secret && type === "text") return <Input {...of} type="password" autocomplete="new-password" />;
  if (type === "text" || type === "number") {
    // Not `type=number`: what is no number would be lost on the way, and could not be told.
    return <Input {...of} {...(maxLength !== undefined && { maxlength: maxLength })} />;
  }
  return <TextArea {...of} name={name} rows={type === "template" ? 4 : 3} />;
};

const HOW: Partial<Record<Control["type"], string>> = {
  lines: "One a line.",
  pairs: "One a line, as `Name: value`.",
  json: "As JSON.",
};

/** Its name, help and mistake, as controls take them. */
function saidOf({ name, type, help }: Control, mistakes: Mistakes) {
  const text = [help, HOW[type]].filter(Boolean).join(" ");
  const mistake = mistakes.of(name);
  return {
    name,
    ...(text !== "" && { hint: <Prose text={text} /> }),
    ...(mistake !== undefined && { mistake: <Prose text={mistake} /> }),
  };
}

function optionsOf({ options = [], fallback, required }: Control) {
  if (required && options.some(({ value }) => value === fallback)) return options;
  return [{ value: "", label: required ? "Choose…" : "–" }, ...options];
}

const Choices = ({ control, value, mistakes }: Shown) => {
  const said = saidOf(control, mistakes);
  const chosen = chosenIn(value);
  return (
    <fieldset class="choices" id={idOf(control.name)} {...described(said)}>
      <legend>{control.title}</legend>
      {(control.options ?? []).map((option) => (
        <label class="check">
          <input type="checkbox" name={control.name} value={option.value} checked={chosen.includes(option.value)} />
          <span dir="auto">{option.label}</span>
        </label>
      ))}
      {control.options?.length === 0 && <p class="soft">The form has no question of this type.</p>}
      <Said {...said} />
    </fieldset>
  );
};

const Switch = ({ control, value, mistakes }: Shown) => {
  const said = saidOf(control, mistakes);
  return (
    <div class="field">
      <label class="check">
        <input
          type="checkbox"
          id={idOf(control.name)}
          name={control.name}
          value="yes"
          checked={value === true}
          {...described(said)}
        />
        {control.title}
      </label>
      <Said {...said} />
    </div>
  );
};

const Group = ({ control, value, mistakes }: Shown) => {
  const said = saidOf(control, mistakes);
  return (
    <fieldset class="group" id={idOf(control.name)} {...described(said)}>
      <legend>{control.title}</legend>
      <Said {...said} />
      <div class="stacked">
        <Each controls={control.parts} values={groupIn(value)} mistakes={mistakes} fresh={false} />
      </div>
    </fieldset>
  );
};

/** Those that there are, and an empty one; one left empty is left out. */
const Groups = ({ control, value, mistakes }: Shown) => {
  const said = saidOf(control, mistakes);
  const all = control.secret || !Array.isArray(value) ? [] : value;
  return (
    <fieldset class="group" id={idOf(control.name)} {...described(said)}>
      <legend>{control.title}</legend>
      <Said {...said} />
      {[...all, {}].map((one, index) => (
        <fieldset class="group">
          <legend>{index < all.length ? `${control.title} ${index + 1}` : "One more"}</legend>
          <div class="stacked">
            <Each
              controls={control.parts.map((part) => partAt(control, part, index))}
              values={groupIn(one)}
              mistakes={mistakes}
              fresh={false}
            />
          </div>
        </fieldset>
      ))}
    </fieldset>
  );
};
