/**
 * The choices of a question or of a list: labels to change, buttons to move and drop them, a place to add several at
 * once.
 */
import { type Choices, idOf } from "../../../core/draft/choices";
import { TextArea } from "../parts/controls";
import type { Inputs } from "./inputs";

interface ChoiceRowsProps {
  readonly choices: Choices;
  readonly inputs: Inputs;
  readonly mistake: string | undefined;
}

export const ChoiceRows = ({ choices, inputs, mistake }: ChoiceRowsProps) => (
  <>
    {choices.length > 0 && (
      <ol class="choices">
        {choices.map((choice, i) => (
          <ChoiceRow id={idOf(choice)} i={i} last={choices.length - 1} label={inputs(`choice.${i}`)} />
        ))}
      </ol>
    )}
    <TextArea
      label="Add choices"
      name="more"
      value={inputs("more")}
      rows={choices.length === 0 ? 4 : 2}
      hint="One a line. Each is kept in the data under a short name made of it, which stays when you change its text."
      mistake={mistake}
    />
  </>
);

const ChoiceRow = ({ id, i, last, label }: { id: string; i: number; last: number; label: string }) => (
  <li>
    <input
      name={`choice.${i}`}
      value={label}
      aria-label={`Choice ${i + 1}`}
      maxlength={500}
      dir="auto"
      autocomplete="off"
      title={`In the data: ${id}`}
    />
    <button
      type="submit"
      class="quiet icon"
      name="do"
      value={`up:${i}`}
      aria-label={`Move up: ${label}`}
      disabled={i === 0}
    >
      ↑
    </button>
    <button
      type="submit"
      class="quiet icon"
      name="do"
      value={`down:${i}`}
      aria-label={`Move down: ${label}`}
      disabled={i === last}
    >
      ↓
    </button>
    <button type="submit" class="quiet icon" name="do" value={`drop:${i}`} aria-label={`Remove: ${label}`}>
      ✕
    </button>
  </li>
);
