/** What stands beside the questions: rules, languages, lists of choices, and where else the editor leads. */
import { keysOf, listOf } from "../../../core/draft/draft";
import { itemsOf, memberOf, objectOf, textOf } from "../../../core/draft/json";
import { textsOf } from "../../../core/draft/texts";
import { Card } from "../parts/card";
import { Button, Input } from "../parts/controls";
import { formPath } from "../paths";
import { counted } from "../words";
import { EditForm } from "./head";
import type { OutlineProps } from "./outline";
import { editPath, languagePath, listPath, rulePath } from "./paths";
import { NEW_RULE } from "./rule-fields";

type PartProps = Pick<OutlineProps, "copy" | "draft" | "sent">;

export const Rules = ({ copy, draft }: PartProps) => {
  const rules = listOf(draft, "rules");
  const keys = keysOf(draft, "rules");
  return (
    <Card title="Rules" id="rules">
      <p class="hint">
        What must hold between the answers. A response that breaks one is refused, or stored and flagged.
      </p>
      {rules.length > 0 && (
        <ul class="plain">
          {rules.map((rule, i) => (
            <li>
              <a href={rulePath(copy.form.id, keys[i] ?? "")} dir="auto">
                {textOf(memberOf(rule, "message")) || (keys[i] ?? "")}
              </a>{" "}
              <span class="soft small">{memberOf(rule, "severity") === "error" ? "refuses" : "flags"}</span>
            </li>
          ))}
        </ul>
      )}
      <div class="row">
        <a class="button quiet" href={rulePath(copy.form.id, NEW_RULE)}>
          Add a rule
        </a>
        {copy.form.version > 0 && (
          <a class="button quiet" href={formPath(copy.form.id, "recheck")}>
            Check old responses…
          </a>
        )}
      </div>
    </Card>
  );
};

export const Languages = ({ copy, draft, sent }: PartProps) => {
  const tags = Object.keys(objectOf(draft.translations));
  return (
    <Card title="Other languages" id="languages">
      {tags.length > 0 && (
        <ul class="plain">
          {tags.map((tag) => {
            const texts = textsOf(draft, tag).filter(({ original }) => original !== "");
            const done = texts.filter(({ translation }) => translation !== "").length;
            return (
              <li>
                <a href={languagePath(copy.form.id, tag)}>{languageName(tag)}</a>{" "}
                <span class="soft small">{`${done} of ${counted(texts.length, "text")}`}</span>
              </li>
            );
          })}
        </ul>
      )}
      <EditForm action={editPath(copy.form.id)} revision={copy.revision} class="inline">
        <input
          name="tag"
          value={sent?.get("tag") ?? ""}
          maxlength={35}
          aria-label="Language tag"
          placeholder="hi, ur, es …"
          autocomplete="off"
          autocapitalize="none"
        />
        <Button name="do" value="language" tone="quiet">
          Add
        </Button>
      </EditForm>
    </Card>
  );
};

/** "Hindi (hi)"; the tag itself where it has no name. */
export function languageName(tag: string): string {
  try {
    const name = new Intl.DisplayNames("en", { type: "language" }).of(tag);
    return name === undefined || name === tag ? tag : `${name} (${tag})`;
  } catch {
    return tag;
  }
}

export const Lists = ({ copy, draft, sent }: PartProps) => (
  <Card title="Lists of choices" id="lists">
    <p class="hint">Choices that several questions share.</p>
    {Object.keys(objectOf(draft.choiceLists)).length > 0 && (
      <ul class="plain">
        {Object.entries(objectOf(draft.choiceLists)).map(([name, choices]) => (
          <li>
            <a href={listPath(copy.form.id, name)}>{name}</a>{" "}
            <span class="soft small">{counted(itemsOf(choices).length, "choice")}</span>
          </li>
        ))}
      </ul>
    )}
    <EditForm action={editPath(copy.form.id)} revision={copy.revision}>
      <Input
        label="Name of a new list"
        name="list"
        value={sent?.get("list") ?? ""}
        maxlength={64}
        hint="Letters, digits and _."
      />
      <Button name="do" value="list" tone="quiet">
        Add
      </Button>
    </EditForm>
  </Card>
);

export const More = ({ copy }: PartProps) => (
  <Card title="More" id="more">
    <ul class="plain">
      <li>
        <a href={editPath(copy.form.id, "json")}>As JSON: edit, import</a>
      </li>
      <li>
        <a href={editPath(copy.form.id, "definition.json")} download={`${copy.form.id}.json`}>
          Export the definition
        </a>
      </li>
      {copy.form.version > 0 && (
        <li>
          <a href={formPath(copy.form.id, "versions")}>Versions, and what changed</a>
        </li>
      )}
    </ul>
  </Card>
);
