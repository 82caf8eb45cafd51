/**
 * The entries of a posted body: the two media types that an HTML form sends, text only. Called by routes.tsx, behind
 * the body limit.
 */
import { AppError } from "../../core/errors";

/**
 * Reads name-value pairs in the order they were sent. Throws AppError `unsupported_media_type` for another type of body
 * or a file with content, `malformed_body` when a multipart body can't be taken apart.
 */
export async function readEntries(request: Request): Promise<[string, string][]> {
  const header = request.headers.get("content-type") ?? "";
  const type = header.split(";")[0]?.trim().toLowerCase();
  const isMultipart = type === "multipart/form-data";
  if (!isMultipart && type !== "application/x-www-form-urlencoded") throw new AppError("unsupported_media_type");
  // Read before it is parsed, so that a body over the limit is reported as such and not as one that can't be parsed.
  const body = await request.arrayBuffer();
  if (!isMultipart) return [...new URLSearchParams(new TextDecoder().decode(body))];
  const entries: [string, string][] = [];
  for (const [name, value] of await parseMultipart(body, header)) {
    if (typeof value === "string") entries.push([name, value]);
    else if (value.size > 0) throw new AppError("unsupported_media_type");
  }
  return entries;
}

async function parseMultipart(body: ArrayBuffer, header: string): Promise<FormData> {
  try {
    return await new Response(body, { headers: { "content-type": header } }).formData();
  } catch {
    throw new AppError("malformed_body");
  }
}
