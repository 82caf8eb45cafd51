/** The summary kind: counts of a form's responses. README.md says what is counted and what it costs. */
import { inEach, keepIndex } from "../../core/index-kind";
import { findAsked } from "./asked";
import { contributionOf, zoneOf } from "./contribution";
import { sumCounts } from "./counts";
import { type Config, manifest } from "./manifest";
import { readCounts } from "./tables";
import { viewSummary } from "./view";

export const summary = keepIndex<Config>({
  manifest,
  contribution: contributionOf,
  async query({ name }, { index, form, config }, readDefinitions) {
    if (name !== "summary") return { problem: { code: "not_found", detail: `There is no ${name} here.` } };
    const rows = sumCounts(await inEach(index, readCounts));
    const newest = { version: form.version, definition: form.definitions.get(form.version) };
    return { value: viewSummary(rows, await findAsked(rows, newest, readDefinitions), zoneOf(config)) };
  },
});
