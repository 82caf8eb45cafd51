/**
 * Daily caps (UTC) on texts to one number and of one workspace: whoever fills in a form chooses the number, and the
 * workspace pays (toll fraud). One round trip for a page; what is taken and not used is given back. A cap that is not
 * configured is not counted either: counting writes rows.
 */
import type { Deps, Entry, Outcome } from "../../core/integration";
import type { QuotaUse } from "../../core/recipients";
import type { Config, Secrets } from "./manifest";
import { contentOf } from "./message";

/** `limit` undefined: as much as one wants. */
type Use = Omit<QuotaUse, "limit"> & { readonly limit: number | undefined };

const isCapped = (use: Use): use is QuotaUse => use.limit !== undefined;

/** How much of each use is granted, by index. */
async function take({ quotas }: Deps<Config, Secrets>, at: number, uses: readonly Use[]): Promise<number[]> {
  const capped = uses.filter(isCapped);
  const granted = capped.length > 0 ? await quotas.take(at, capped) : [];
  return uses.map((use) => (isCapped(use) ? (granted[capped.indexOf(use)] ?? 0) : use.want));
}

async function putBack({ quotas }: Deps<Config, Secrets>, at: number, uses: readonly Use[]): Promise<void> {
  const capped = uses.filter(isCapped).filter(({ want }) => want > 0);
  if (capped.length > 0) await quotas.giveBack(at, capped);
}

export interface Caps {
  /** Outcomes of the entries that are over a cap. */
  readonly over: ReadonlyMap<number, Outcome>;
  /** Gives back what was counted for entries that were not attempted after all. */
  giveBack(entries: readonly Entry[]): Promise<void>;
}

/**
 * Counts the entries that are attempted for the first time. A later attempt at the same delivery, after a
 * reconciliation say, was counted then; one that a person asked for is a text of its own.
 */
export async function takeCaps(entries: readonly Entry[], deps: Deps<Config, Secrets>): Promise<Caps> {
  const fresh = entries.filter((entry) => (entry.attempted?.attempts ?? 0) === 0);
  if (fresh.length === 0) return { over: new Map(), giveBack: async () => {} };
  const at = deps.now();
  const byNumber = Map.groupBy(fresh, (entry) => contentOf(entry).to);
  const wanted = [...byNumber].map(([to, all]) => numberUse(deps, to, all.length));
  const granted = await take(deps, at, [...wanted, workspaceUse(deps, fresh.length)]);
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
  await putBack(deps, at, unused);
  const counted = new Set(fresh.filter((entry) => !over.has(entry.position)));
  return {
    over,
    async giveBack(given) {
      const back = given.filter((entry) => counted.has(entry));
      if (back.length === 0) return;
      await putBack(deps, at, [...numberUses(deps, back), workspaceUse(deps, back.length)]);
    },
  };
}

const inOrder = (entries: readonly Entry[]) => entries.toSorted((a, b) => a.position - b.position);

function numberUses(deps: Deps<Config, Secrets>, entries: readonly Entry[]): Use[] {
  return [...Map.groupBy(entries, (entry) => contentOf(entry).to)].map(([to, all]) => numberUse(deps, to, all.length));
}

const numberUse = ({ config, workspace }: Deps<Config, Secrets>, to: string, want: number): Use => ({
  scope: `twilio-sms:number:${workspace}`,
  key: to,
  want,
  limit: config.dailyCapPerNumber,
});

const workspaceUse = ({ config, workspace }: Deps<Config, Secrets>, want: number): Use => ({
  scope: "twilio-sms:workspace",
  key: workspace,
  want,
  limit: config.dailyCapPerWorkspace,
});

const OVER_NUMBER: Outcome = {
  type: "rejected",
  reason: "The daily limit of texts to one number is reached. Retry tomorrow, or raise dailyCapPerNumber.",
};
const OVER_WORKSPACE: Outcome = {
  type: "rejected",
  reason: "The daily limit of texts of this workspace is reached. Retry tomorrow, or raise dailyCapPerWorkspace.",
};
