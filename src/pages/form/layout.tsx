/**
 * The document around every hosted page: head, stylesheet, one column. No inline style or script, so that the content
 * security policy can forbid them. Used by page.tsx and messages.tsx; routes.tsx turns it into an answer.
 */
import type { Child } from "hono/jsx";
import { ASSET_PATHS } from "./assets";

interface LayoutProps {
  readonly title: string;
  readonly children: Child;
}

/** A whole document. The texts of the page itself are English; those of the form find their direction by themselves. */
export const Layout = ({ title, children }: LayoutProps) => (
  <html lang="en">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="robots" content="noindex" />
      <meta name="color-scheme" content="light dark" />
      <title>{title}</title>
      <link rel="icon" href={ASSET_PATHS.icon} type="image/svg+xml" />
      <link rel="stylesheet" href={ASSET_PATHS.style} />
      <script src={ASSET_PATHS.script} defer />
    </head>
    <body>
      <main>{children}</main>
    </body>
  </html>
);
