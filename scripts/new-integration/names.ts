/** How a kind is called in code, bindings and texts, and which names can't be given. */
import { OWN_VARIABLES } from "../../src/config";
import type { Manifest } from "../../src/core/manifest";

/** By the words that stand for them in the template. */
export interface Names {
  readonly "my-kind": string;
  readonly myKind: string;
  readonly MY_KIND: string;
  readonly my_kind: string;
  readonly "My Kind": string;
}

const SHAPE = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
/** With `formlog-` before it, it is a queue of Cloudflare's: 63 characters at most. */
const LENGTH_MAX = 50;

/** What a constant of JavaScript can't be called, and what the files of a kind call something else. */
const WORDS = new Set(
  `arguments await break case catch class const continue debugger default delete do else enum eval export extends false finally
   for function if implements import in instanceof interface let new null package private protected public return static super
   switch this throw true try typeof undefined var void while with yield
   consumer deliver local manifest reconcile test`.split(/\s+/),
);
/** What the API worker, its queue of submissions and demo.env have. */
const TAKEN: ReadonlySet<string> = new Set(["intake", "intake-dead", "url", "key", "form"]);

export function namesOf(kind: string): Names {
  const words = kind.split("-");
  const capital = (word: string) => word.charAt(0).toUpperCase() + word.slice(1);
  return {
    "my-kind": kind,
    myKind: words.map((word, i) => (i === 0 ? word : capital(word))).join(""),
    MY_KIND: words.join("_").toUpperCase(),
    my_kind: words.join("_"),
    "My Kind": words.map(capital).join(" "),
  };
}

interface Known {
  readonly catalog: readonly Manifest[];
  /** Of src/integrations. */
  readonly folders: readonly string[];
  /** Names of the demo's integrations. */
  readonly demos: readonly string[];
}

/** Why a kind can't be called so, as a sentence that says what to do; null: it can. */
export function refuseName(kind: string | undefined, { catalog, folders, demos }: Known): string | null {
  if (!kind) return "Say how it is called: npm run new:integration -- my-kind";
  if (!SHAPE.test(kind) || kind.length > LENGTH_MAX) {
    return `"${kind}" is no name of a kind: lower-case letters and digits, words joined by "-", at most ${LENGTH_MAX} characters.`;
  }
  if (catalog.some((manifest) => manifest.kind === kind))
    return `There is a kind ${kind} already. Choose another name.`;
  if (folders.includes(kind))
    return `There is a folder src/integrations/${kind} already. Remove it, or choose another name.`;
  const { myKind, MY_KIND, my_kind } = namesOf(kind);
  if (TAKEN.has(kind) || WORDS.has(myKind) || demos.includes(my_kind))
    return `"${kind}" has a meaning of its own here. Choose another name.`;
  const known = [...OWN_VARIABLES, ...catalog.flatMap(({ settings = {} }) => Object.keys(settings))];
  const variable = known.find((name) => name === `${MY_KIND}_URL` || name === `${MY_KIND}_TOKEN`);
  return variable ? `Its variable ${variable} is somebody else's already. Choose another name.` : null;
}
