/**
 * The frame around what an emulator shows to people: one look for all of them, strict headers, and a page that follows
 * what happens if one asks it to. A kind's emulator calls `servePages` once, and `showPage` for each of its pages.
 */
import type { Context, Hono } from "hono";
import type { Child } from "hono/jsx";
import type { JSX } from "hono/jsx/jsx-runtime";
import { LOOK } from "./look";

const STYLE_PATH = "/_emulator/style.css";
const SCRIPT_PATH = "/_emulator/follow.js";
const ICON_PATH = "/_emulator/icon.svg";

const STYLE = `${LOOK}
*, *::before, *::after { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); -webkit-text-size-adjust: 100%; overflow-wrap: anywhere; }
h1, h2, p, ol, ul, dl, pre { margin: 0; padding: 0; }
h1 { font-size: 1.5rem; line-height: 1.25; letter-spacing: -0.015em; font-weight: 650; font-variant-numeric: tabular-nums; }
h2 { font-size: 1rem; font-weight: 650; }
a { color: var(--accent); text-underline-offset: 0.18em; text-decoration-thickness: 1px; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: 0.25rem; }
.bar { display: flex; align-items: center; gap: 0.65rem; min-height: 3.5rem; padding: 0 1.5rem; background: var(--paper); border-bottom: 1px solid var(--line); font-weight: 650; }
.bar img { display: block; border-radius: 0.4rem; }
.bar a { color: var(--ink); text-decoration: none; }
.bar .tag { margin-left: auto; padding: 0.1rem 0.7rem; border-radius: 1rem; background: var(--warn-pale); color: var(--warn); font-size: 0.8125rem; font-weight: 600; white-space: nowrap; }
main { max-width: 88rem; margin: 0 auto; padding: 1.75rem 1.5rem 3rem; }
main.narrow { max-width: 40rem; }
main > * + * { margin-top: 1.25rem; }
.head { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0.35rem 1rem; }
.head .ways { display: flex; gap: 1rem; margin-left: auto; font-size: 0.9375rem; }
.soft { color: var(--soft); } .small { font-size: 0.875rem; } .good { color: var(--good); } .bad { color: var(--bad); }
.card { background: var(--paper); border: 1px solid var(--line); border-radius: 0.75rem; padding: 1.15rem 1.25rem; }
.empty { padding: 3rem 1.25rem; text-align: center; color: var(--soft); background: var(--paper); border: 1px dashed var(--line); border-radius: 0.75rem; }
.list { padding: 0; list-style: none; overflow: hidden; }
.list li + li { border-top: 1px solid var(--line); }
.list a { display: block; padding: 0.85rem 1.25rem; color: inherit; text-decoration: none; }
.list a:hover { background: var(--raised); } .list a:focus-visible { outline-offset: -3px; }
.list strong { color: var(--accent); font-weight: 600; }
input { font: inherit; color: inherit; min-height: 2.75rem; padding: 0.35rem 0.75rem; background: var(--paper); border: 1px solid var(--edge); border-radius: 0.5rem; }
button { font: inherit; font-weight: 600; min-height: 2.75rem; padding: 0.35rem 1.1rem; background: var(--accent); color: var(--accent-ink); border: 1px solid transparent; border-radius: 0.5rem; cursor: pointer; }
::placeholder { color: var(--soft); opacity: 1; }
@media (max-width: 47.99rem) { :root { font-size: 100%; } .bar { padding: 0 1rem; } main { padding: 1.25rem 1rem 2.5rem; } .head .ways { margin-left: 0; width: 100%; } }
`;

/** Puts in what the page has become, every so many seconds, unless somebody writes on it. */
const SCRIPT = `"use strict";
(() => {
  const main = () => document.querySelector("main");
  const wait = Number(main().dataset.follow) * 1000;
  const put = (next) => {
    const fresh = next.querySelectorAll("[data-part]");
    for (const [i, part] of document.querySelectorAll("[data-part]").entries()) {
      if (fresh[i] && fresh[i].innerHTML !== part.innerHTML) part.innerHTML = fresh[i].innerHTML;
    }
  };
  const look = () => {
    const again = () => setTimeout(look, wait);
    if (document.visibilityState !== "visible" || main().contains(document.activeElement)) return again();
    const request = new XMLHttpRequest();
    request.responseType = "document";
    request.onload = () => { if (request.status === 200 && request.response) put(request.response); };
    request.onloadend = again;
    request.open("GET", location.href);
    request.send();
  };
  if (wait > 0) setTimeout(look, wait);
})();
`;

const ICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#0b6b5d"/><path d="M8 10h16M8 16h16M8 22h10" stroke="#fff" stroke-width="3" stroke-linecap="round"/></svg>`;

const POLICY =
  "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/** Serves what the pages of an emulator are made of; `style`: what they have beside the frame. */
export function servePages(app: Hono, style: string): void {
  app.get(STYLE_PATH, (c) => c.body(STYLE + style, 200, { "content-type": "text/css; charset=utf-8" }));
  app.get(SCRIPT_PATH, (c) => c.body(SCRIPT, 200, { "content-type": "text/javascript; charset=utf-8" }));
  app.get(ICON_PATH, (c) => c.body(ICON, 200, { "content-type": "image/svg+xml" }));
}

/** A page as an answer, kept by nobody. */
export function showPage(c: Context, page: JSX.Element): Response {
  const headers = {
    "content-security-policy": POLICY,
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
  };
  return c.html(`<!DOCTYPE html>${page}`, 200, headers) as Response;
}

/** Seconds after which a page is to look again, as its address asks (`?refresh=2`); 0: never. */
export function followOf(c: Context): number {
  const seconds = Number(c.req.query("refresh") ?? 0);
  return seconds > 0 && seconds <= 3_600 ? seconds : 0;
}

interface FrameProps {
  /** What is emulated. */
  readonly emulates: string;
  readonly title: string;
  readonly beside?: Child;
  /** Seconds (`followOf`); undefined: the page has nothing to follow. */
  readonly follow?: number;
  /** Whether it is no wider than a column of text. */
  readonly narrow?: boolean;
  /** Stays as it is while the page follows: what is written into. */
  readonly below?: Child;
  readonly children: Child;
}

/** A whole document. */
export const EmulatorFrame = ({ emulates, title, beside, follow, narrow = false, below, children }: FrameProps) => (
  <html lang="en">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="color-scheme" content="light dark" />
      {follow ? (
        <noscript>
          <meta http-equiv="refresh" content={String(follow)} />
        </noscript>
      ) : null}
      <title>{title === emulates ? title : `${title} · ${emulates}`}</title>
      <link rel="icon" href={ICON_PATH} type="image/svg+xml" />
      <link rel="stylesheet" href={STYLE_PATH} />
      <script src={SCRIPT_PATH} defer />
    </head>
    <body>
      <header class="bar">
        <img src={ICON_PATH} width="24" height="24" alt="" />
        <a href="/">{emulates}</a>
        <span class="tag">On this machine</span>
      </header>
      <main class={narrow ? "narrow" : undefined} data-follow={follow ?? 0}>
        <div class="head">
          <h1 dir="auto">{title}</h1>
          {beside && (
            <span class="soft" data-part>
              {beside}
            </span>
          )}
          {follow !== undefined && (
            <nav class="ways" aria-label="This page">
              <a href={follow ? "?" : "?refresh=2"}>{follow ? "Stop following" : "Follow what happens"}</a>
              <a href={follow ? `?refresh=${follow}` : "?"}>Look again</a>
            </nav>
          )}
        </div>
        <div data-part>{children}</div>
        {below}
      </main>
    </body>
  </html>
);
