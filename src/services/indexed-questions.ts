/** Tells the shards which questions of a form are indexed; the sweeper does the rest (store/answer-index.ts). */
import type { Context } from "../context";
import type { Definition } from "../core/form";
import { setIndexedQuestions } from "../store/answer-index";
import { listSegments } from "../store/shards";

/** Makes the indexes of all segments those that the definition asks for. May be repeated. */
export async function indexQuestions(ctx: Context, form: { id: string; definition: Definition }): Promise<void> {
  const questions = form.definition.questions.filter((question) => question.indexed);
  for (const segment of await listSegments(ctx.shards, form.id)) {
    await setIndexedQuestions(ctx.shards.get(segment.shard).db, segment.no, questions);
  }
}
