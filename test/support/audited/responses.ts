/** Calls that change a response, and links to forms and corrections. */
import { call } from "../api";
import { ANSWER, type Audited, done, made, PERSONS_WORDS, post, respond, scene } from "./scene";

/** A flagged response, and the path of its correction. */
async function flagged() {
  const id = await respond();
  await post(`/v1/forms/${scene.form}/responses/${id}/review`, { state: "flagged" });
  const link = await post(`/v1/forms/${scene.form}/responses/${id}/correction-link`);
  return { id, page: new URL(link.body.url).pathname, link: link.headers.get("location") ?? "" };
}

/** Routes of responses and links. */
export const RESPONSES: Audited = {
  "PATCH /v1/forms/:form/responses/:response": [
    "response.edited",
    async () =>
      done(await respond(), (id) =>
        call("PATCH", `/v1/forms/${scene.form}/responses/${id}`, {
          key: scene.key,
          headers: { "if-match": '"1"' },
          body: { answers: { name: `${ANSWER} again` } },
        }),
      ),
  ],
  "POST /v1/forms/:form/responses/:response/review": [
    "response.reviewed",
    async () =>
      done(await respond(), (id) =>
        post(`/v1/forms/${scene.form}/responses/${id}/review`, { state: "flagged", comment: PERSONS_WORDS }),
      ),
  ],
  "DELETE /v1/forms/:form/responses/:response": [
    "response.erased",
    async () =>
      done(await respond(), (id) => call("DELETE", `/v1/forms/${scene.form}/responses/${id}`, { key: scene.key })),
  ],
  "POST /v1/forms/:form/responses/:response/correction-link": [
    "correction_link.created",
    async () => done(await respond(), (id) => post(`/v1/forms/${scene.form}/responses/${id}/correction-link`)),
  ],
  "PATCH /v1/corrections/:correction": [
    "response.corrected",
    async () => {
      const { id, link } = await flagged();
      return done(id, () => call("PATCH", link, { body: { answers: { name: `${ANSWER} again` } } }));
    },
  ],
  "POST /f/:form/corrections/:correction": [
    "response.corrected",
    async () => {
      const { id, page } = await flagged();
      const headers = { "content-type": "application/x-www-form-urlencoded" };
      return done(id, () => call("POST", page, { headers, body: "formlog_revision=2&q_name=Somebody" }));
    },
  ],
  "POST /v1/forms/:form/links": [
    "link.created",
    () => made(post(`/v1/forms/${scene.form}/links`, { name: PERSONS_WORDS })),
  ],
  "DELETE /v1/forms/:form/links/:link": [
    "link.revoked",
    async () => {
      const { body } = await post(`/v1/forms/${scene.form}/links`, { name: PERSONS_WORDS });
      return done(body.id, (id) => call("DELETE", `/v1/forms/${scene.form}/links/${id}`, { key: scene.key }));
    },
  ],
};
