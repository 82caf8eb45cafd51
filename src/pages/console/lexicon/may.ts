/** Who may change the lexicon: it is the whole workspace's, so a key of one form may not. */
import { useMay, useVisit } from "../env";

export function useMayChangeLexicon(): boolean {
  const may = useMay("integrations:write");
  return may && useVisit()?.key.form === null;
}
