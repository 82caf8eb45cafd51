/** Files of the hosted pages: stylesheet, scripts, icon, and the logo of a form. Mounted by routes.tsx. */
import { Hono } from "hono";
import { etag } from "hono/etag";
import { AppError } from "../../core/errors";
import { readLogo } from "../../core/form-theme";
import type { PageVariables } from "./answer";
import { EMBED, findAsset, fingerprint } from "./assets";
import type { FormServices } from "./services";

const YEAR_SECONDS = 365 * 24 * 60 * 60;
const HOUR_SECONDS = 60 * 60;
const FOR_GOOD = `public, max-age=${YEAR_SECONDS}, immutable`;
/** An address in pages of other sites, which never changes: what is new is there within the hour, or a visit later. */
const FOR_AN_HOUR = `public, max-age=${HOUR_SECONDS}, stale-while-revalidate=${24 * HOUR_SECONDS}`;

/** /f/assets/{name} and /f/{form}/logo. */
export function createStatic<Ctx>(services: FormServices<Ctx>): Hono<{ Variables: PageVariables<Ctx> }> {
  const files = new Hono<{ Variables: PageVariables<Ctx> }>();

  files.get("/f/assets/:name", etag(), (c) => {
    const found = findAsset(c.req.param("name"));
    if (!found) throw new AppError("not_found");
    const isEmbed = found.asset.name === EMBED.name;
    if (isEmbed) c.set("beyond", { forOthers: true });
    const other = isEmbed ? FOR_AN_HOUR : "no-cache";
    const keep = found.current ? FOR_GOOD : other;
    return c.body(found.asset.text, 200, { "Content-Type": found.asset.type, "Cache-Control": keep });
  });

  files.get("/f/:form/logo", etag(), async (c) => {
    const form = await services.loadForm(c.get("ctx"), c.req.param("form"));
    const image = form.settings.theme?.logo?.image;
    const logo = image === undefined ? null : readLogo(image);
    if (!logo) throw new AppError("not_found");
    c.set("beyond", { picture: true });
    // Only an address with a hash of this very picture never means another one.
    const current = c.req.query("v") === fingerprint(image ?? "");
    return c.body(logo.bytes, 200, { "Content-Type": logo.type, "Cache-Control": current ? FOR_GOOD : "no-cache" });
  });
  return files;
}
