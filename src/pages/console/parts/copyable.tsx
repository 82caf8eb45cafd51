/** A text to be taken somewhere else, whole; where script runs, a button copies it. */
import type { Once as OnceTexts } from "../../../core/once";

interface CopyableProps {
  readonly label: string;
  readonly name: string;
  readonly text: string;
}

export const Copyable = ({ label, name, text }: CopyableProps) => (
  <div class="field copyable">
    <label for={`copy_${name}`}>{label}</label>
    {/* A line break right after the tag is not part of the value (HTML, 4.10.11). */}
    <textarea id={`copy_${name}`} readonly rows={text.length > 90 ? 3 : 2} dir="ltr" spellcheck={false}>
      {`\n${text}`}
    </textarea>
    <div class="row">
      <button type="button" class="quiet" data-copy hidden>
        Copy
      </button>
      <span class="soft" role="status" />
    </div>
  </div>
);

/** What a page shows once: to be taken away now. */
export const Once = ({ note, texts }: OnceTexts) => (
  <section class="box warn once" aria-label="Shown this once">
    <p>
      <strong>This is the only time that it is shown.</strong> {note}
    </p>
    {Object.entries(texts).map(([name, text]) => (
      <Copyable label={name} name={name} text={text} />
    ))}
  </section>
);
