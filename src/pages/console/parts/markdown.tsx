/**
 * The Markdown of our own texts (setup steps of kinds): paragraphs, numbered steps, **strong**, *emphasis*, `code` and
 * links to https. Anything else is shown as it stands; nothing of it becomes markup by itself.
 */
import type { Child } from "hono/jsx";

export const Markdown = ({ text }: { readonly text: string }) => (
  <div class="prose">
    {text.split(/\n{2,}/).map((block) => {
      const steps = stepsOf(block);
      return steps ? (
        <ol>
          {steps.map((step) => (
            <li>
              <Inline text={step} />
            </li>
          ))}
        </ol>
      ) : (
        <p>
          <Inline text={block} />
        </p>
      );
    })}
  </div>
);

/** The steps of a numbered list, each with its further lines; null: the block is none. */
function stepsOf(block: string): readonly string[] | null {
  if (!/^1\. /.test(block)) return null;
  return block.split(/\n(?=\d+\. )/).map((step) => step.replace(/^\d+\. /, "").replaceAll(/\s*\n\s*/g, " "));
}

const INLINE = /(`[^`]+`|\*\*[^*]+\*\*|\*[^*]+\*|\[[^\]]+\]\(https:\/\/[^\s)]+\))/;

/** A text without paragraphs. */
const Inline = ({ text }: { readonly text: string }) => <>{text.split(INLINE).map(partOf)}</>;

function partOf(part: string): Child {
  if (/^`.+`$/s.test(part)) return <code>{part.slice(1, -1)}</code>;
  if (/^\*\*.+\*\*$/s.test(part)) return <strong>{part.slice(2, -2)}</strong>;
  if (/^\*[^*]+\*$/s.test(part)) return <em>{part.slice(1, -1)}</em>;
  const [, name, address] = /^\[([^\]]+)\]\((https:\/\/[^\s)]+)\)$/.exec(part) ?? [];
  if (address === undefined) return part;
  return (
    <a href={address} rel="noreferrer">
      {name}
    </a>
  );
}
