/**
 * Texts that would run, or break out, where a page does not hold them as texts. Each calls `pwned()` if it gets the
 * chance. For the tests of all pages: put them wherever a person or a client may put a text, and see that nothing
 * called.
 */
export const HOSTILE = [
  "<script>pwned()</script>",
  "</script><script>pwned()</script>",
  '"><img src=x onerror=pwned()>',
  "'><svg onload=pwned()>",
  "</title><svg/onload=pwned()>",
  "</textarea><img src=x onerror=pwned()>",
  "</option></select><img src=x onerror=pwned()>",
  "<iframe srcdoc='<script>parent.pwned()</script>'></iframe>",
  '" autofocus onfocus=pwned() x="',
  "' style=animation-name:x onanimationstart=pwned() '",
  "<a href=javascript:pwned()>x</a>",
  "<math><mtext><table><mglyph><style><img src=x onerror=pwned()>",
  "<!--><img src=x onerror=pwned()>-->",
  "&lt;img src=x onerror=pwned()&gt;",
  "<style>main{display:none}</style>",
  '<meta http-equiv="refresh" content="0;url=/pwned">',
  '<base href="https://pwned.example/">',
  "<bdo dir=rtl onmouseover=pwned()>x</bdo>",
  "{{constructor.constructor('pwned()')()}}",
  "\u202e<b>pwned()</b>\u202c",
  "__proto__",
] as const;

/** All of them in one text. */
export const HOSTILE_TEXT = HOSTILE.join(" ");

/** Before anything of a page runs: `pwned` counts its calls, and dialogs count too. */
export const TRAP = "window.pwnedCalls = 0; window.pwned = window.alert = () => { window.pwnedCalls += 1; };";

/** What of a page's source is a way out of its text, or an address that runs; empty: nothing is. */
export const breakoutsIn = (source: string): string[] =>
  [
    /<script>/i,
    /<img src=x/i,
    /<svg[ /]onload/i,
    /<iframe/i,
    /<math>/i,
    /<style>/i,
    /<meta http-equiv="refresh"/i,
    /<base /i,
    /<bdo/i,
    /<b>pwned/i,
    /(href|src|action)="javascript:/i,
  ]
    .filter((pattern) => pattern.test(source))
    .map(String);
