import { env } from "cloudflare:workers";
import { indexProvider } from "../../../test/contracts/index.provider";
import { describeContract } from "../../../test/contracts/integration.case";
import { search } from "./index";

/** Documents that have no words, and words that have no document: each contribution is to have one of both. */
async function strayDocuments(integration: number): Promise<string[]> {
  const { results } = await env.TEST_SEARCH_DB.prepare(
    `SELECT 'document ' || d.document || ' has no words' AS stray FROM search_documents d
     WHERE d.integration = ?1 AND d.document NOT IN (SELECT rowid FROM search_words WHERE search_words MATCH 'person')
     UNION ALL SELECT 'words without a document' FROM search_words
     WHERE search_words MATCH 'person' AND rowid > ?1 * 2147483648 AND rowid < (?1 + 1) * 2147483648
       AND rowid NOT IN (SELECT document FROM search_documents)
     UNION ALL SELECT 'no document of ' || c.position FROM contributions c WHERE c.integration = ?1
       AND NOT EXISTS (SELECT 1 FROM search_documents d
         WHERE d.integration = ?1 AND d.shard = c.shard AND d.position = c.position)`,
  )
    .bind(integration)
    .all<{ stray: string }>();
  return results.map(({ stray }) => stray);
}

describeContract({
  kind: search,
  config: {},
  definition: {
    title: "Contract",
    questions: [
      { ref: "name", type: "short_text", title: "Name" },
      { ref: "city", type: "dropdown", title: "City", choices: ["pune", "delhi"].map((id) => ({ id, label: id })) },
    ],
  },
  answers: (n) => ({ name: `Person Secretsson ${n}`, city: n % 2 === 0 ? "pune" : "delhi" }),
  ordered: true,
  secretWords: ["Secretsson"],
  provider: () => indexProvider(strayDocuments),
});
