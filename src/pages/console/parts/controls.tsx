/** The controls of the console's forms. Each has a label that is seen; a form that changes something has the token. */
import type { Child } from "hono/jsx";
import { useVisit } from "../env";
import { TOKEN_INPUT } from "../token";

interface ActionFormProps {
  readonly action: string;
  readonly class?: string;
  /** It sends files, too: `c.get("sent")` has the text of each. */
  readonly files?: boolean;
  readonly children: Child;
}

/** A form that changes something: it is sent with POST, and refused without the token of the session's pages. */
export const ActionForm = ({ action, class: name, files = false, children }: ActionFormProps) => (
  <form
    method="post"
    action={action}
    accept-charset="utf-8"
    enctype={files ? "multipart/form-data" : undefined}
    class={name}
    data-action
  >
    <input type="hidden" name={TOKEN_INPUT} value={useVisit()?.formToken ?? ""} />
    {children}
  </form>
);

interface FieldProps {
  readonly label: string;
  readonly name: string;
  readonly hint?: Child;
  /** What is wrong with what was entered. */
  readonly mistake?: Child;
}

/** The id of the control with this name. */
export const idOf = (name: string) => `f_${name.replaceAll(/\W/g, "_")}`;
const hintId = (name: string) => `${idOf(name)}_hint`;
const mistakeId = (name: string) => `${idOf(name)}_mistake`;

/** What is said of a control below it: a mistake, and help. */
export const Said = ({ name, hint, mistake }: Omit<FieldProps, "label">) => (
  <>
    {mistake && (
      <p class="mistake" id={mistakeId(name)}>
        {mistake}
      </p>
    )}
    {hint && (
      <p class="hint" id={hintId(name)}>
        {hint}
      </p>
    )}
  </>
);

const Field = ({ label, children, ...said }: FieldProps & { readonly children: Child }) => (
  <div class="field">
    <label for={idOf(said.name)}>{label}</label>
    {children}
    <Said {...said} />
  </div>
);

/** The attributes of a control that has something said of it. */
export function described({ name, hint, mistake }: Omit<FieldProps, "label">) {
  const ids = [mistake && mistakeId(name), hint && hintId(name)].filter(Boolean);
  return {
    ...(ids.length > 0 && { "aria-describedby": ids.join(" ") }),
    ...(mistake && { "aria-invalid": "true" as const }),
  };
}

interface InputProps extends FieldProps {
  readonly type?: "text" | "search" | "password" | "date" | "datetime-local" | "number" | "url";
  readonly min?: string;
  readonly max?: string;
  readonly value?: string;
  readonly required?: boolean;
  readonly autocomplete?: string;
  readonly maxlength?: number;
  readonly placeholder?: string;
  readonly list?: string;
}

export const Input = (props: InputProps) => {
  const { label: _, hint: __, mistake: ___, name, type = "text", autocomplete = "off", ...rest } = props;
  return (
    <Field {...props}>
      <input {...rest} id={idOf(name)} name={name} type={type} autocomplete={autocomplete} {...described(props)} />
    </Field>
  );
};

interface TextAreaProps extends FieldProps {
  readonly value?: string;
  readonly rows?: number;
  readonly maxlength?: number;
  readonly required?: boolean;
}

export const TextArea = (props: TextAreaProps) => {
  const { name, rows = 3, maxlength, required, value = "" } = props;
  return (
    <Field {...props}>
      {/* A line break right after the tag is not part of the value (HTML, 4.10.11). */}
      <textarea id={idOf(name)} name={name} rows={rows} maxlength={maxlength} required={required} {...described(props)}>
        {`\n${value}`}
      </textarea>
    </Field>
  );
};

interface CheckBoxProps {
  readonly name: string;
  readonly value: string;
  readonly label: Child;
  readonly hint?: Child;
  readonly checked?: boolean;
}

/** One of several that may be ticked; the group has its own legend. */
export const CheckBox = ({ name, value, label, hint, checked = false }: CheckBoxProps) => {
  const id = idOf(`${name}_${value}`);
  return (
    <div>
      <label class="check">
        <input
          type="checkbox"
          name={name}
          value={value}
          checked={checked}
          aria-describedby={hint ? `${id}_hint` : undefined}
        />
        <span>{label}</span>
      </label>
      {hint && (
        <p class="hint inset" id={`${id}_hint`}>
          {hint}
        </p>
      )}
    </div>
  );
};

export interface Option {
  readonly value: string;
  readonly label: string;
  /** For the script: `data-…` attributes. */
  readonly data?: Readonly<Record<string, string>>;
}

interface SelectProps extends FieldProps {
  readonly value?: string | undefined;
  readonly options: readonly Option[];
  readonly required?: boolean;
}

export const Select = (props: SelectProps) => {
  const { name, value, options, required } = props;
  return (
    <Field {...props}>
      <select id={idOf(name)} name={name} required={required} {...described(props)}>
        {options.map((option) => (
          <option value={option.value} selected={option.value === value} {...dataOf(option)}>
            {option.label}
          </option>
        ))}
      </select>
    </Field>
  );
};

const dataOf = ({ data = {} }: Option) =>
  Object.fromEntries(Object.entries(data).map(([name, value]) => [`data-${name}`, value]));

/** Keeps a value that the reader need not see. */
export const Hidden = ({ name, value }: { readonly name: string; readonly value: string }) => (
  <input type="hidden" name={name} value={value} />
);

interface TickProps extends FieldProps {
  readonly checked: boolean;
}

/** A tick, with a hidden input that says that the form has it: sent without, it was taken away. */
export const Tick = ({ label, checked, ...said }: TickProps) => (
  <div class="field">
    <Hidden name={said.name} value="" />
    <label class="check">
      <input type="checkbox" name={said.name} value="on" checked={checked} {...described(said)} />
      {label}
    </label>
    <Said {...said} />
  </div>
);

interface ButtonProps {
  readonly tone?: "main" | "quiet" | "danger";
  /** What is sent where a form has several buttons. */
  readonly name?: string;
  readonly value?: string;
  /** Where what the button says is not enough without what stands beside it. */
  readonly label?: string;
  readonly children: Child;
}

export const Button = ({ tone = "main", label, children, ...rest }: ButtonProps) => (
  <button type="submit" class={tone} aria-label={label} {...rest}>
    {children}
  </button>
);
