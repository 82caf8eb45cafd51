/**
 * All operations of the API, in the order of the document. A new route adds its own beside it, and a file its line
 * here.
 */
import { accessOperations } from "../routes/access.operations";
import { alertOperations } from "../routes/alerts.operations";
import { auditOperations } from "../routes/audit.operations";
import { backupOperations } from "../routes/backups.operations";
import { correctionOperations } from "../routes/corrections.operations";
import { deadLetterOperations } from "../routes/dead-letters.operations";
import { connectionOperations, deliveryOperations } from "../routes/deliveries.operations";
import { exportOperations } from "../routes/export.operations";
import { formOperations } from "../routes/forms.operations";
import { inboxOperations } from "../routes/inbox.operations";
import { indexOperations } from "../routes/indexes.operations";
import { integrationOperations } from "../routes/integrations.operations";
import { kindOperations } from "../routes/kinds.operations";
import { lexiconOperations } from "../routes/lexicon.operations";
import { linkOperations } from "../routes/links.operations";
import { logOperations } from "../routes/logs.operations";
import { responseOperations } from "../routes/responses.operations";
import { reviewOperations } from "../routes/reviews.operations";
import { serviceOperations } from "../routes/service.operations";
import { shardOperations } from "../routes/shards.operations";
import { versionOperations } from "../routes/versions.operations";

export const OPERATIONS = [
  ...responseOperations,
  ...reviewOperations,
  ...correctionOperations,
  ...inboxOperations,
  ...exportOperations,
  ...indexOperations,
  ...formOperations,
  ...versionOperations,
  ...kindOperations,
  ...integrationOperations,
  ...deliveryOperations,
  ...connectionOperations,
  ...alertOperations,
  ...lexiconOperations,
  ...linkOperations,
  ...accessOperations,
  ...auditOperations,
  ...backupOperations,
  ...logOperations,
  ...shardOperations,
  ...deadLetterOperations,
  ...serviceOperations,
] as const;
