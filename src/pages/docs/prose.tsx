/** Texts of the document: words between backticks are code. */

/** A text without paragraphs. */
export const Prose = ({ text }: { readonly text: string }) => (
  <>{text.split("`").map((part, i) => (i % 2 === 1 ? <code>{part}</code> : part))}</>
);

/** A text with paragraphs between empty lines. */
export const Paragraphs = ({ text }: { readonly text: string }) => (
  <>
    {text.split("\n\n").map((part) => (
      <p>
        <Prose text={part} />
      </p>
    ))}
  </>
);
