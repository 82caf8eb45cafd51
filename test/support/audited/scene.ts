/** Where the calls of test/api/audit.test.ts happen: a form of a workspace, and what must be in no entry. */
import { type Answer, call, newForm, newWorkspace, QUESTIONS, submit } from "../api";

export const SECRET = "auth-token-that-nobody-sees";
export const ANSWER = "an-answer-that-nobody-sees";
export const PERSONS_WORDS = "words-of-a-person";

/** The key of a workspace, its id, and a form. Set by `prepareScene`. */
export const scene = { key: "", keyId: "", form: "" };

/** Before all tests of a file. */
export async function prepareScene(): Promise<void> {
  scene.key = await newWorkspace();
  scene.keyId = (await call("GET", "/v1/keys", { key: scene.key })).body.items[0].id;
  scene.form = await newForm(scene.key);
}

/** A POST by the scene's key. */
export const post = (path: string, body?: unknown) =>
  call("POST", path, { key: scene.key, ...(body !== undefined && { body }) });
/** Id of a new response. */
export const respond = async () => (await submit(scene.form, { name: ANSWER })).body.id as string;

/** Deletes a form. */
export const remove = (id: string) => call("DELETE", `/v1/forms/${id}`, { key: scene.key });
/** Saves the first draft of a form. */
export const putDraft = (id: string) =>
  call("PUT", `/v1/forms/${id}/draft`, { key: scene.key, body: { title: PERSONS_WORDS, questions: QUESTIONS } });

/** A form with a draft. */
export async function drafted(): Promise<string> {
  const id = await newForm(scene.key);
  await putDraft(id);
  return id;
}

/**
 * A call that changes something, the object that its entry names, and a key of another workspace if that is where it
 * was.
 */
export type Deed = () => Promise<{ answer: Answer; object: string; as?: string }>;

/** A call that makes the object which its answer names. */
export const made = async (answer: Promise<Answer>) => ({
  answer: await answer,
  object: (await answer).body.id as string,
});
/** A call that does something to an object that is there. */
export const done = async (object: string, run: (object: string) => Promise<Answer>) => ({
  answer: await run(object),
  object,
});

/** Routes that change something, the entry that each leaves, and a call of it. */
export type Audited = Readonly<Record<string, readonly [action: string, Deed]>>;

/** The entries of an object, newest first. */
export async function entriesOf(object: string, as = scene.key) {
  return (await call("GET", `/v1/audit?object=${object}`, { key: as })).body.items;
}
