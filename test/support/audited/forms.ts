/** Calls that change a form: its settings, versions and draft. */
import { call, newForm, QUESTIONS } from "../api";
import { type Audited, done, drafted, made, PERSONS_WORDS, post, putDraft, remove, scene } from "./scene";

/** Routes of a form. */
export const FORMS: Audited = {
  "POST /v1/forms": ["form.created", () => made(post("/v1/forms", { title: "F", questions: QUESTIONS }))],
  "PATCH /v1/forms/:form": [
    "form.updated",
    () =>
      done(scene.form, (id) =>
        call("PATCH", `/v1/forms/${id}`, { key: scene.key, body: { metadata: { note: PERSONS_WORDS } } }),
      ),
  ],
  "POST /v1/forms/:form/versions": [
    "form.version_published",
    () => done(scene.form, (id) => post(`/v1/forms/${id}/versions`, { title: "Visit 2", questions: QUESTIONS })),
  ],
  "POST /v1/forms/:form/close": ["form.closed", () => done(scene.form, (id) => post(`/v1/forms/${id}/close`))],
  "POST /v1/forms/:form/open": ["form.opened", () => done(scene.form, (id) => post(`/v1/forms/${id}/open`))],
  "POST /v1/forms/:form/duplicate": ["form.duplicated", () => made(post(`/v1/forms/${scene.form}/duplicate`))],
  "PUT /v1/forms/:form/draft": ["form.draft_saved", async () => done(await newForm(scene.key), putDraft)],
  "DELETE /v1/forms/:form/draft": [
    "form.draft_discarded",
    async () =>
      done(await drafted(), (id) =>
        call("DELETE", `/v1/forms/${id}/draft`, { key: scene.key, headers: { "if-match": '"1"' } }),
      ),
  ],
  "POST /v1/forms/:form/publish": [
    "form.version_published",
    async () => done(await drafted(), (id) => post(`/v1/forms/${id}/publish`)),
  ],
  "POST /v1/forms/:form/recheck": [
    "form.recheck_asked",
    () => done(scene.form, (id) => post(`/v1/forms/${id}/recheck`)),
  ],
  "POST /v1/forms/:form/archive": ["form.archived", () => done(scene.form, (id) => post(`/v1/forms/${id}/archive`))],
  "POST /v1/forms/:form/unarchive": [
    "form.unarchived",
    () => done(scene.form, (id) => post(`/v1/forms/${id}/unarchive`)),
  ],
  "DELETE /v1/forms/:form": ["form.deleted", async () => done(await newForm(scene.key), remove)],
  "POST /v1/forms/:form/restore": [
    "form.restored",
    async () => {
      const id = await newForm(scene.key);
      await remove(id);
      return done(id, () => post(`/v1/forms/${id}/restore`));
    },
  ],
};
