/** GET /v1/forms/{form}/export.{csv,ndjson,xlsx}: a form's responses as a file, streamed. */
import { Hono } from "hono";
import type { AppEnv } from "../../context";
import { EXPORT_FORMATS, type ExportFormat } from "../../services/export";
import { openExport } from "../../services/export-file";
import { withKey } from "../auth";

export const exportRoutes = new Hono<AppEnv>().get(
  `/forms/:form/:file{export\\.(?:${EXPORT_FORMATS.join("|")})}`,
  withKey("responses:read"),
  async (c) => {
    const { form, file } = c.req.param();
    const format = file.slice("export.".length) as ExportFormat;
    const query = new URL(c.req.url).searchParams;
    const addressOf = (options: URLSearchParams) => `${c.req.path}?${options}`;
    const { body, headers } = await openExport(c.get("ctx"), c.get("key").workspace, {
      form,
      format,
      query,
      addressOf,
    });
    return c.body(body, 200, headers);
  },
);
