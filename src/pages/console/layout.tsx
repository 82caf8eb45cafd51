/**
 * The document around every page of the console: head, bar with the sections, heading, tabs. No inline style or script,
 * so that the content security policy can forbid them. A page is a function of its props; routes turn it into an
 * answer.
 */
import type { Child } from "hono/jsx";
import { hasScope, type Scope } from "../../services/access";
import { ASSET_PATHS } from "./assets";
import { useVisit, type Visit } from "./env";
import { ActionForm } from "./parts/controls";
import { Once } from "./parts/copyable";
import { AUDIT, CONNECTIONS, HOME, INTEGRATIONS, KEYS, LEXICON, LOG, SIGN_OUT } from "./paths";

interface Section {
  readonly name: string;
  readonly path: string;
  readonly scope: Scope;
  /** Of the workspace: no page for a key of one form. */
  readonly whole?: true;
}

/** The sections of the console. A new one has its line here. */
const SECTIONS: readonly Section[] = [
  { name: "Forms", path: HOME, scope: "forms:read" },
  { name: "Integrations", path: INTEGRATIONS, scope: "forms:read" },
  { name: "Lexicon", path: LEXICON, scope: "forms:read", whole: true },
  { name: "Connections", path: CONNECTIONS, scope: "forms:read", whole: true },
  { name: "Keys", path: KEYS, scope: "admin", whole: true },
  { name: "Audit log", path: AUDIT, scope: "admin", whole: true },
  { name: "Log", path: LOG, scope: "admin", whole: true },
];

export interface Crumb {
  readonly name: string;
  readonly path: string;
}

export interface Tab extends Crumb {
  readonly scope: Scope;
}

interface PageProps {
  readonly title: string;
  /** Beside the title: states, figures. */
  readonly beside?: Child;
  readonly crumbs?: readonly Crumb[];
  readonly tabs?: readonly Tab[];
  /** Links and buttons of the whole page. */
  readonly actions?: Child;
  readonly children: Child;
}

/** A whole document. */
export const Page = ({ title, beside, crumbs = [], tabs = [], actions, children }: PageProps) => {
  const visit = useVisit();
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <meta name="color-scheme" content="light dark" />
        <title>{[title, ...crumbs.map(({ name }) => name).toReversed(), "Formlog"].join(" · ")}</title>
        <link rel="icon" href={ASSET_PATHS.icon} type="image/svg+xml" />
        <link rel="stylesheet" href={ASSET_PATHS.style} />
        <script src={ASSET_PATHS.script} defer />
      </head>
      <body>
        <a class="skip" href="#content">
          Skip to the content
        </a>
        {visit && <Bar visit={visit} />}
        <main id="content" class={visit ? undefined : "outside"}>
          {visit?.flash && (
            <p class="box good" role="status">
              {visit.flash}
            </p>
          )}
          {visit?.once && <Once {...visit.once} />}
          <header class="head">
            {!visit && <img class="mark" src={ASSET_PATHS.icon} width="40" height="40" alt="" />}
            <Crumbs crumbs={crumbs} />
            <div class="title">
              <h1 dir="auto">{title}</h1>
              {beside}
              {actions && <div class="actions">{actions}</div>}
            </div>
            {visit && <Tabs tabs={tabs} visit={visit} />}
          </header>
          {children}
        </main>
      </body>
    </html>
  );
};

const Bar = ({ visit }: { readonly visit: Visit }) => {
  const { key, workspace, path } = visit;
  const sections = SECTIONS.filter(({ scope, whole }) => hasScope(key, scope) && !(whole && key.form !== null));
  return (
    <header class="bar">
      <a class="brand" href={HOME}>
        <img src={ASSET_PATHS.icon} width="24" height="24" alt="Formlog" />
        <span dir="auto">{workspace}</span>
      </a>
      <button type="button" class="quiet menu" popovertarget="menu">
        Menu
      </button>
      <div id="menu" class="menu" popover="auto">
        <nav aria-label="Sections">
          {sections.map((section) => (
            <a href={section.path} aria-current={path.startsWith(section.path) ? "page" : undefined}>
              {section.name}
            </a>
          ))}
        </nav>
        <div class="who">
          <span class="soft" dir="auto" title="The key that you signed in with">
            {key.name}
          </span>
          <ActionForm action={SIGN_OUT}>
            <button type="submit" class="quiet">
              Sign out
            </button>
          </ActionForm>
        </div>
      </div>
    </header>
  );
};

const Crumbs = ({ crumbs }: { readonly crumbs: readonly Crumb[] }) =>
  crumbs.length === 0 ? null : (
    <nav class="crumbs" aria-label="Path">
      {crumbs.map(({ name, path }) => (
        <a href={path} dir="auto">
          {name}
        </a>
      ))}
    </nav>
  );

/** The first tab whose address the page is below is the current one. */
const Tabs = ({ tabs, visit }: { readonly tabs: readonly Tab[]; readonly visit: Visit }) => {
  const shown = tabs.filter(({ scope }) => hasScope(visit.key, scope));
  if (shown.length === 0) return null;
  return (
    <nav class="tabs" aria-label="Pages of this form">
      {shown.map(({ name, path }) => (
        <a href={path} aria-current={visit.path === path ? "page" : undefined}>
          {name}
        </a>
      ))}
    </nav>
  );
};
