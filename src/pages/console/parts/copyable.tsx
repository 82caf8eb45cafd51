/** A text to be taken somewhere else, whole; where script runs, a button copies it. */
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

/**
 * A page that shows something once. Its address is that of the form that was sent: where script runs it becomes `address`, so
 * that to reload it is not to send that form again.
 */
export const Once = ({ address }: { readonly address: string }) => <div data-address={address} hidden />;
