/** An export as an answer: its stream, and what is said with it. The API and the console send the same. */
import type { Context } from "../context";
import { attachment } from "../core/export/file-name";
import * as events from "../telemetry/events";
import { type ExportFormat, exportResponses } from "./export";
import { exportInput, nextOptions } from "./export-options";

export const EXPORT_TYPES: Readonly<Record<ExportFormat, string>> = {
  csv: "text/csv; charset=utf-8",
  ndjson: "application/x-ndjson",
  xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
};

interface FileWanted {
  readonly form: string;
  readonly format: ExportFormat;
  /** The options (services/export-options.ts). */
  readonly query: URLSearchParams;
  /** The address of a further part, by its options. */
  readonly addressOf: (options: URLSearchParams) => string;
}

export interface ExportFile {
  readonly body: ReadableStream<Uint8Array>;
  readonly headers: Readonly<Record<string, string>>;
}

/** Begins an export. Throws what exportResponses throws; what fails later breaks the stream, and is logged. */
export async function openExport(ctx: Context, workspace: string, wanted: FileWanted): Promise<ExportFile> {
  const { form, format, query, addressOf } = wanted;
  const { title, entries, version, next, chunks } = await exportResponses(
    ctx,
    workspace,
    exportInput(form, format, query),
  );
  const failed = (error: unknown) => events.exportFailed({ trace: ctx.trace, form, error });
  const headers = {
    "content-type": EXPORT_TYPES[format],
    "content-disposition": attachment(title, format),
    "cache-control": "no-store",
    "formlog-entries": String(entries),
    "formlog-version": String(version),
    ...(next !== null && { link: `<${addressOf(nextOptions(query, format, { next, version }))}>; rel="next"` }),
  };
  return { body: streamOf(chunks, failed), headers };
}

/** A body that asks for the next chunk when the client has taken the last, and breaks off when that fails. */
function streamOf(chunks: AsyncGenerator<Uint8Array>, failed: (error: unknown) => void): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await chunks.next();
          if (done) controller.close();
          else controller.enqueue(value);
        } catch (error) {
          failed(error);
          controller.error(error);
        }
      },
      async cancel() {
        await chunks.return(undefined);
      },
    },
    { highWaterMark: 0 },
  );
}
