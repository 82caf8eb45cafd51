/** What a person sees of the emulator: the phones that were written to, and a phone as its list of messages. */
import type { Child } from "hono/jsx";
import type { StoredMessage } from "./emulator-state";

/** A phone shows its newest messages: a browser has better things to do than a million bubbles. */
const SHOWN_MAX = 500;

const CSS = `
:root { color-scheme: light dark; --page: light-dark(#f3f4f6, #15181c); --card: light-dark(#fff, #1d2126); --line: light-dark(#e1e4e8, #30363d);
  --text: light-dark(#1c2126, #e6e9ec); --soft: light-dark(#5a646e, #9aa4ae); --in: light-dark(#e9ebee, #2b3138); --out: light-dark(#d9f0e1, #1e3d2b); --bad: light-dark(#b3261e, #ff8a80) }
* { box-sizing: border-box } body { margin: 0; padding: 1.5rem 1rem; font: 15px/1.45 system-ui, sans-serif; background: var(--page); color: var(--text) }
main { max-width: 30rem; margin: 0 auto } header { display: flex; flex-wrap: wrap; align-items: baseline; gap: .25rem 1rem; margin-bottom: 1rem }
h1 { font-size: 1.2rem; margin: 0; font-variant-numeric: tabular-nums } a { color: inherit } .soft { color: var(--soft); font-size: .875rem }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 14px; padding: 1rem } ol, ul { list-style: none; margin: 0; padding: 0 }
ul.card { padding: 0 } ul.card li + li { border-top: 1px solid var(--line) } ul.card a { display: block; padding: .75rem 1rem; text-decoration: none }
ul.card p { margin: .15rem 0 0; overflow: hidden; white-space: nowrap; text-overflow: ellipsis } ul.card a:hover { background: var(--in) }
ol li { display: flex; flex-direction: column; align-items: flex-start; margin-bottom: .9rem } ol li.reply { align-items: flex-end }
.bubble { background: var(--in); border-radius: 16px 16px 16px 4px; padding: .5rem .8rem; max-width: 85%; margin: 0; white-space: pre-wrap; overflow-wrap: anywhere }
.reply .bubble { background: var(--out); border-radius: 16px 16px 4px 16px } .meta { margin: .2rem .3rem 0; font-size: .75rem; color: var(--soft) } .bad { color: var(--bad) }
form { display: flex; gap: .5rem; margin-top: 1rem; border-top: 1px solid var(--line); padding-top: 1rem }
input { flex: 1; min-width: 0; font: inherit; color: inherit; padding: .45rem .7rem; border: 1px solid var(--line); border-radius: 999px; background: var(--page) }
button { font: inherit; color: inherit; padding: .45rem 1rem; border: 1px solid var(--line); border-radius: 999px; background: var(--out); cursor: pointer }`;

function Frame({ title, refreshSeconds, children }: { title: string; refreshSeconds?: number; children?: Child }) {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        {refreshSeconds ? <meta http-equiv="refresh" content={String(refreshSeconds)} /> : null}
        <title>{title}</title>
        <style>{CSS}</style>
      </head>
      <body>
        <main>{children}</main>
      </body>
    </html>
  );
}

/** The person's side of a message: whose phone it is on. */
const phoneOf = (message: StoredMessage) => (message.direction === "inbound" ? (message.from ?? "") : message.to);

/** Every phone with its newest message. */
export function ListPage({ messages }: { messages: readonly StoredMessage[] }) {
  const newest = new Map<string, StoredMessage>();
  for (const message of messages.toReversed()) {
    if (!newest.has(phoneOf(message))) newest.set(phoneOf(message), message);
  }
  return (
    <Frame title="Emulated phones">
      <header>
        <h1>Emulated phones</h1>
        <span class="soft">{messages.length} messages</span>
      </header>
      {newest.size === 0 ? <p class="card soft">No message yet.</p> : null}
      <ul class="card" hidden={newest.size === 0}>
        {[...newest].slice(0, SHOWN_MAX).map(([number, message]) => (
          <li>
            <a href={`/phones/${encodeURIComponent(number)}`}>
              <strong>{number}</strong>
              <p class="soft">{message.body}</p>
            </a>
          </li>
        ))}
      </ul>
    </Frame>
  );
}

interface PhoneProps {
  readonly number: string;
  readonly messages: readonly StoredMessage[];
  readonly refreshSeconds?: number;
}

/** A phone: its messages as bubbles, oldest first, and a line to write back. */
export function PhonePage({ number, messages, refreshSeconds }: PhoneProps) {
  const own = messages.filter((message) => phoneOf(message) === number);
  const sender = own.findLast((message) => message.direction === "outbound-api")?.from;
  return (
    <Frame title={number} {...(refreshSeconds && { refreshSeconds })}>
      <header>
        <h1>{number}</h1>
        <a class="soft" href="/">
          all phones
        </a>
        <a class="soft" href={refreshSeconds ? "?" : "?refresh=2"}>
          {refreshSeconds ? "stop refreshing" : "refresh every 2 s"}
        </a>
      </header>
      <div class="card">
        {own.length === 0 ? <p class="soft">No message to this number yet.</p> : null}
        <ol>
          {own.slice(-SHOWN_MAX).map((message) => (
            <Bubble message={message} />
          ))}
        </ol>
        {sender ? (
          <form method="post" action="/_emulator/inbound">
            <input type="hidden" name="from" value={number} />
            <input type="hidden" name="to" value={sender} />
            <input name="body" required aria-label="Reply" placeholder="Reply, for example STOP" autocomplete="off" />
            <button type="submit">Send</button>
          </form>
        ) : null}
      </div>
    </Frame>
  );
}

function Bubble({ message }: { message: StoredMessage }) {
  const { status, errorCode, segments, body, from, createdAt } = message;
  const reply = message.direction === "inbound";
  const failed = errorCode !== null || status === "failed" || status === "undelivered";
  const parts = segments === 1 ? "1 segment" : `${segments} segments`;
  return (
    <li class={reply ? "reply" : undefined}>
      <p class="bubble">{body}</p>
      <p class="meta">
        {reply ? "" : `${from ?? "Messaging Service"} · `}
        <span class={failed ? "bad" : undefined}>
          {status}
          {errorCode === null ? "" : ` (${errorCode})`}
        </span>{" "}
        · {parts} · <time datetime={new Date(createdAt).toISOString()}>{clock(createdAt)}</time>
      </p>
    </li>
  );
}

const clock = (ms: number) => `${new Date(ms).toISOString().slice(0, 19).replace("T", " ")} UTC`;
