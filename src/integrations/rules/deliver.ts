/**
 * Keeps the keys of a page's responses, judges these, and then whoever comes so soon after one of them that it may have
 * to be judged again. Who that is, is noted in the transaction that changes the keys, so that a worker that dies
 * forgets nobody.
 */
import { indexOf, type NoSecrets } from "../../core/index-kind";
import type { Deps, Page, PageResult } from "../../core/integration";
import type { Judged } from "./judge";
import { judgeAll, nothingOf, type Work } from "./judge-all";
import { keysOf } from "./keys";
import { compileLookups } from "./lookups";
import type { Config } from "./manifest";
import { writeKeys } from "./tables";

const NOTHING: PageResult = { outcomes: new Map() };

export async function deliver(page: Page, given: Deps<Config, NoSecrets>): Promise<PageResult> {
  const work = workOf(given, page);
  const { index, lookups } = work;
  const entries = new Map(page.entries.map((entry) => [entry.response.position, entry]));
  const judged = await Promise.all(
    [...entries.values()].map(async ({ response, filtered }): Promise<Judged> => {
      return { response, kept: filtered ? nothingOf(response) : await keysOf(response, work) };
    }),
  );
  const kept = new Map(judged.map((one) => [one.response.position, one.kept]));
  const wanted = ({ response: { position } }: { response: { position: number } }) => {
    const own = kept.get(position);
    return own && own.keys.length > 0 ? { own } : null;
  };
  const write = writeKeys(lookups, { segment: page.segment, judged: [...entries.keys()] });
  const applied = entries.size > 0 ? await index.apply(page, wanted, write) : NOTHING;
  if (applied.halt) return applied;
  const halt = await judgeAll(work, judged);
  return halt ? { ...NOTHING, halt } : applied;
}

function workOf(given: Deps<Config, NoSecrets>, { segment }: Page): Work {
  const { index, config, form, integration, annotate, responses, ask } = indexOf(given);
  const newest = form.definitions.get(form.version);
  if (!newest || !responses || !ask)
    throw new Error("the engine gave no definition, or not what kinds with an index get");
  return {
    index,
    segment,
    annotate,
    ask,
    readResponses: responses,
    lookups: compileLookups(config, newest),
    integration: integration.id,
    defaultCountry: config.defaultCountry,
  };
}
