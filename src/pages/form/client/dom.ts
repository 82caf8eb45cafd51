/** Small helps with the document. */

export const all = <E extends HTMLElement>(root: ParentNode, selector: string): E[] =>
  Array.from(root.querySelectorAll<E>(selector));

/** An element with properties, and what is in it: texts stay texts. */
export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  properties: Partial<HTMLElementTagNameMap[K]> = {},
  ...inside: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...inside);
  return element;
}

export type Input = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;
const INPUTS = "input:not([type=hidden]), select, textarea";

export const inputsIn = (root: ParentNode): Input[] => all<Input>(root, INPUTS);

/** The frame of a question by its ref. */
export const frameOf = (form: HTMLFormElement, ref: string): HTMLElement | null =>
  form.querySelector(`[data-ref="${CSS.escape(ref)}"]`);
