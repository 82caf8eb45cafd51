/** `POST …/preview`, on the side of the kind's worker: its code stands nowhere else. Reads and stores nothing. */
import type { Definition } from "../core/form";
import type { Integration } from "../core/integration";
import type { ResponseRecord } from "../core/response";

/** What the API worker sends: the config is checked, the response made up for the purpose. */
export interface PreviewRequest {
  readonly config: unknown;
  readonly form: {
    readonly id: string;
    readonly title: string;
    readonly version: number;
    readonly definition: Definition;
  };
  readonly response: ResponseRecord;
}

/** Answers `Preview`; 404: this kind shows none. */
export async function previewConfig(kind: Integration, request: Request): Promise<Response> {
  if (!kind.preview) return new Response(null, { status: 404 });
  const { config, form, response } = await request.json<PreviewRequest>();
  const { definition, ...about } = form;
  const definitions = new Map([[form.version, definition]]);
  const parsed = kind.manifest.config.parse(config);
  return Response.json(kind.preview(response, { config: parsed, form: { ...about, definitions } }));
}
