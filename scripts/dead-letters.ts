/**
 * `npm run dead-letters [status | retry | delete ID] [-- --url https://your-installation]`: submissions that were
 * answered 202 and could not be stored yet (docs/operating.md). `retry` tries all of them now; `delete` gives one up
 * for good.
 */
import type { DeadLettersView } from "../src/services/dead-letters";
import { readOptions } from "./options";
import { askAsRoot, findInstallation, getAsRoot, postAsRoot, ROOT_KEY_UNKNOWN } from "./root-key";

const { values, positionals } = readOptions(
  "npm run dead-letters [status | retry | delete ID] [-- --url https://your-installation]",
  { allowPositionals: true, options: { url: { type: "string" } } },
);
const [verb = "status", id] = positionals;
const installation = findInstallation(values.url);
const AT = "/v1/dead-letters";

function show({ total, items }: DeadLettersView): void {
  console.log(
    total === 0 ? "No dead letters: everything that was accepted is stored or on its way." : `${total} dead letters`,
  );
  for (const { id: letter, form, keptAt, attempts, nextAt, reason } of items) {
    console.log(
      `${letter}  ${form ?? "unknown form"}  kept ${keptAt}  tried ${attempts} times, again ${nextAt}  ${reason ?? "not tried yet"}`,
    );
  }
  if (total > items.length) console.log(`and ${total - items.length} more`);
}

if (!installation.rootKey) {
  console.error(ROOT_KEY_UNKNOWN);
  process.exitCode = 2;
} else if (verb === "status") show(await getAsRoot<DeadLettersView>(installation, AT));
else if (verb === "retry") show(await postAsRoot<DeadLettersView>(installation, `${AT}/retry`, {}));
else if (verb === "delete" && id !== undefined) {
  await askAsRoot(installation, `${AT}/${encodeURIComponent(id)}`, { method: "DELETE" });
  show(await getAsRoot<DeadLettersView>(installation, AT));
} else {
  console.error("npm run dead-letters [status | retry | delete ID] [-- --url https://your-installation]");
  process.exitCode = 2;
}
