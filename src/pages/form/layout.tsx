/**
 * The document around every hosted page: head, stylesheet, logo, one column. No inline style or script, so that the
 * content security policy can forbid them. Used by the pages; routes.tsx turns it into an answer.
 */
import type { Child } from "hono/jsx";
import type { Theme } from "../../core/form-theme";
import { directionOf } from "../../core/translation";
import { ASSET_PATHS, fingerprint, ICON_DATA, stylePath } from "./assets";
import { formPath, type Kept } from "./paths";
import type { PublicForm } from "./services";

/** How a page looks: as its form's owner wants, and whether it is in a frame of another site. */
export interface Look {
  readonly theme?: Theme | undefined;
  /** Where the logo is. */
  readonly logoPath?: string | undefined;
  readonly embedded?: boolean | undefined;
}

export function lookOf({ id, settings: { theme } }: Pick<PublicForm, "id" | "settings">, { embed }: Kept): Look {
  // Its content is in the address, so that it may be kept for good.
  const logoPath = theme?.logo && `${formPath(id, {}, "logo")}?v=${fingerprint(theme.logo.image)}`;
  return { theme, logoPath, embedded: embed };
}

interface LayoutProps {
  readonly title: string;
  /** The language that the texts are in, where it is known. */
  readonly language?: string | undefined;
  readonly look?: Look | undefined;
  readonly children: Child;
}

/** A whole document. Texts of a form whose language is not known find their direction by themselves. */
export const Layout = ({ title, language = "en", look = {}, children }: LayoutProps) => (
  <html lang={language} dir={directionOf(language)} data-embedded={look.embedded ? "" : undefined}>
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="robots" content="noindex" />
      <meta name="color-scheme" content="light dark" />
      <title>{title}</title>
      <link rel="icon" href={look.logoPath ? ICON_DATA : ASSET_PATHS.icon} />
      <link rel="stylesheet" href={stylePath(look.theme?.color)} />
      {/* Not deferred: it says that it is here before anything is drawn, so that nothing jumps. */}
      <script src={ASSET_PATHS.script} />
    </head>
    <body>
      <main>
        {look.logoPath && look.theme?.logo && (
          <img class="logo" src={look.logoPath} alt={look.theme.logo.alt} height={56} />
        )}
        {children}
      </main>
    </body>
  </html>
);
