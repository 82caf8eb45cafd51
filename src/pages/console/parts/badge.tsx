/** A state in a word, with a dot of its colour: the word says all, the colour only finds it faster. */
import type { Word } from "../words";

export const Badge = ({ word: [text, tone] }: { readonly word: Word }) => <span class={`badge ${tone}`}>{text}</span>;
