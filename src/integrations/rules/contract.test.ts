import { env } from "cloudflare:workers";
import { indexProvider } from "../../../test/contracts/index.provider";
import { describeContract } from "../../../test/contracts/integration.case";
import { rules } from "./index";

/** Keys that no response's contribution has, and responses that wait to be judged. */
async function stray(integration: number): Promise<string[]> {
  const { results } = await env.TEST_SEARCH_DB.prepare(
    `WITH wanted AS (
       SELECT c.position, k.value ->> 1 AS key, k.value ->> 2 AS at
       FROM contributions c, json_each(content, '$.own.keys') k WHERE integration = ?1),
     kept AS (SELECT position, key, at FROM rule_keys WHERE integration = ?1)
     SELECT 'key of ' || position AS stray FROM (SELECT * FROM kept EXCEPT SELECT * FROM wanted)
     UNION ALL SELECT 'no key of ' || position FROM (SELECT * FROM wanted EXCEPT SELECT * FROM kept)
     UNION ALL SELECT 'pending ' || position FROM rule_pending WHERE integration = ?1`,
  )
    .bind(integration)
    .all<{ stray: string }>();
  return results.map((row) => row.stray);
}

describeContract({
  kind: rules,
  config: { rules: [{ name: "unique_name", message: "Somebody has this name.", lookup: { same: ["name"] } }] },
  definition: { title: "Contract", questions: [{ ref: "name", type: "short_text", title: "Name" }] },
  answers: (n) => ({ name: `Person Secretsson ${n % 2}` }),
  ordered: true,
  secretWords: ["Secretsson"],
  provider: () => indexProvider(stray),
});
