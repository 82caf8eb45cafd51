/**
 * Daily caps (UTC) on texts to one number and of one workspace: whoever fills in a form chooses the number, and the workspace
 * pays (toll fraud). One round trip for a page; what is taken and not used is given back.
 */
import type { Deps, Entry, Outcome, QuotaUse } from "../../core/integration";
import type { Config, Secrets } from "./manifest";
import { contentOf } from "./message";

/** Of a config that names none. */
export const CAP_PER_NUMBER = 5;
export const CAP_PER_WORKSPACE = 10_000;

export interface Caps {
  /** Outcomes of the entries that are over a cap. */
  readonly over: ReadonlyMap<number, Outcome>;
  /** Gives back what was counted for entries that were not attempted after all. */
  giveBack(entries: readonly Entry[]): Promise<void>;
}

/**
 * Counts the entries that are attempted for the first time. A later attempt at the same delivery, after a reconciliation say,
 * was counted then; one that a person asked for is a text of its own.
 */
export async function takeCaps(entries: readonly Entry[], deps: Deps<Config, Secrets>): Promise<Caps> {
  const fresh = entries.filter((entry) => (entry.attempted?.attempts ?? 0) === 0);
  const at = deps.now();
  const byNumber = Map.groupBy(fresh, (entry) => contentOf(entry).to);
  const wanted = [...byNumber].map(([to, all]) => numberUse(deps, to, all.length));
  const granted = await deps.quotas.take(at, fresh.length > 0 ? [...wanted, workspaceUse(deps, fresh.length)] : []);
  const over = new Map<number, Outcome>();
  const left = [...byNumber.values()].flatMap((all, i) => {
    const allowed = granted[i] ?? 0;
    for (const entry of all.slice(allowed)) over.set(entry.position, OVER_NUMBER);
    return all.slice(0, allowed);
  });
  const total = granted.at(-1) ?? 0;
  const refused = inOrder(left).slice(total);
  for (const entry of refused) over.set(entry.position, OVER_WORKSPACE);
  // Counted by one of the two caps and refused by the other: it is used by neither.
  const unused = [...numberUses(deps, refused), workspaceUse(deps, total - Math.min(total, left.length))];
  await deps.quotas.giveBack(
    at,
    unused.filter(({ want }) => want > 0),
  );
  const counted = new Set(fresh.filter((entry) => !over.has(entry.position)));
  return {
    over,
    async giveBack(given) {
      const back = given.filter((entry) => counted.has(entry));
      if (back.length === 0) return;
      await deps.quotas.giveBack(at, [...numberUses(deps, back), workspaceUse(deps, back.length)]);
    },
  };
}

const inOrder = (entries: readonly Entry[]) => entries.toSorted((a, b) => a.position - b.position);

function numberUses(deps: Deps<Config, Secrets>, entries: readonly Entry[]): QuotaUse[] {
  return [...Map.groupBy(entries, (entry) => contentOf(entry).to)].map(([to, all]) => numberUse(deps, to, all.length));
}

const numberUse = ({ config, workspace }: Deps<Config, Secrets>, to: string, want: number): QuotaUse => ({
  scope: `twilio-sms:number:${workspace}`,
  key: to,
  want,
  limit: config.dailyCapPerNumber ?? CAP_PER_NUMBER,
});

const workspaceUse = ({ config, workspace }: Deps<Config, Secrets>, want: number): QuotaUse => ({
  scope: "twilio-sms:workspace",
  key: workspace,
  want,
  limit: config.dailyCapPerWorkspace ?? CAP_PER_WORKSPACE,
});

const OVER_NUMBER: Outcome = {
  type: "rejected",
  reason: "The daily limit of texts to one number is reached. Retry tomorrow, or raise dailyCapPerNumber.",
};
const OVER_WORKSPACE: Outcome = {
  type: "rejected",
  reason: "The daily limit of texts of this workspace is reached. Retry tomorrow, or raise dailyCapPerWorkspace.",
};
