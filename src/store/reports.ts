/** Reports of providers about deliveries: what came of them at the other side, whenever it is heard. */
import { type DeliveryAddress, segmentOf } from "../core/ids";
import { landOneStatement } from "./flights";

/** What the provider said of a delivery. */
export interface Report {
  readonly reference: string;
  readonly status: string;
  readonly rank: number;
  readonly state: "delivered" | "parked";
  readonly reason: string | null;
  /** When its status is checked if nothing else comes (milliseconds): it is not final. Without it: it is. */
  readonly checkAt?: number | undefined;
}

/**
 * Writes a provider's report, unless a later stage was reported already, or it is of the message of an attempt before,
 * or says nothing that counts: it is neither the last one nor what tells of the delivery. A final one ends the checks.
 */
export async function reportDelivery(db: D1Database, address: DeliveryAddress, report: Report): Promise<boolean> {
  const { integration, feed, position } = address;
  const [, reported] = await db.batch([
    // The page that it belongs to may not be settled yet, or never be: its worker died.
    landOneStatement(db, { segment: segmentOf(position), integration }, { feed, position }),
    db
      .prepare(
        `UPDATE deliveries SET reference = ?4, status = ?5, rank = ?6, state = ?7, reason = ?8,
           looks = CASE WHEN state = 'delivered' THEN looks ELSE 0 END, next_at = ?9
         WHERE integration = ?1 AND feed = ?2 AND position = ?3 AND rank < ?6 AND coalesce(reference, ?4) = ?4
           AND (?9 IS NULL OR state <> 'delivered')`,
      )
      .bind(
        integration,
        feed,
        position,
        report.reference,
        report.status,
        report.rank,
        report.state,
        report.reason,
        report.checkAt ?? null,
      ),
  ]);
  return (reported?.meta.changes ?? 0) > 0;
}
