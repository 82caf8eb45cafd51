/**
 * `npm run smoke -- <url>`: submits to a form of its own, reads it back and deletes it. FORMLOG_SMOKE_KEY is a key of a
 * workspace for this (`npm run key -- "Smoke tests" --url <url>`).
 */
import { smoke } from "./cloud/smoke";
import { orSay } from "./cloud/wrangler";

await orSay(async () => {
  const url = process.argv[2]?.replace(/\/+$/, "");
  const key = process.env.FORMLOG_SMOKE_KEY;
  if (!url || !key)
    throw new Error("Say where, and with which key: FORMLOG_SMOKE_KEY=fl_… npm run smoke -- https://forms.example.com");
  await smoke({
    fetch: (request) => fetch(request, { signal: AbortSignal.timeout(30_000) }),
    url,
    key,
    say: (line) => console.log(line),
  });
});
