import type { D1Migration } from "@cloudflare/vitest-pool-workers";
import type worker from "../src/worker";

declare global {
  namespace Cloudflare {
    interface Env {
      readonly DB: D1Database;
      readonly TEST_MIGRATIONS: D1Migration[];
      /** SEARCH_DB of the workers of kinds that keep an index. */
      readonly TEST_SEARCH_DB: D1Database;
      readonly TEST_SEARCH_MIGRATIONS: D1Migration[];
      readonly [binding: string]: unknown;
    }
    interface GlobalProps {
      mainModule: { default: typeof worker };
    }
  }
}
