import type { ExportFormat } from "../../services/export";
import { EXPORT_TYPES } from "../../services/export-file";
import { EXPORT_OPTIONS } from "../../services/export-options";
import { operations } from "../openapi/operation";

const WHAT: Readonly<Record<ExportFormat, string>> = {
  csv: "CSV (RFC 4180)",
  ndjson: "NDJSON, a response a line",
  xlsx: "an Excel workbook",
};

const exportOf = <Format extends ExportFormat>(format: Format) =>
  ({
    method: "get",
    path: `/v1/forms/{form}/export.${format}`,
    operationId: `export_${format}`,
    summary: `Export all responses as ${WHAT[format]}`,
    description:
      "Oldest first, all versions in one table. When `limit` left something, the header Link names the next part. `filter[question][operator]=value` and `metadata[key][operator]=value` narrow it as they narrow lists.",
    tag: "Export",
    scope: "responses:read",
    query: EXPORT_OPTIONS[format],
    answers: {
      200: {
        description: "The file.",
        type: EXPORT_TYPES[format],
        headers: ["Content-Disposition", "Cache-Control", "Formlog-Entries", "Formlog-Version"],
        sometimes: ["Link"],
      },
    },
  }) as const;

export const exportOperations = operations(exportOf("csv"), exportOf("ndjson"), exportOf("xlsx"));
