/** What a person sees of the emulator: the phones that were written to, and a phone as its list of messages. */
import { EmulatorFrame } from "../../core/emulator-frame";
import type { StoredMessage } from "./emulator-state";

/** A phone shows its newest messages: a browser has better things to do than a million bubbles. */
const SHOWN_MAX = 500;

/** What phones have beside the frame. */
export const STYLE = `
.list p { overflow: hidden; white-space: nowrap; text-overflow: ellipsis; }
.talk { list-style: none; } .talk li { display: flex; flex-direction: column; align-items: flex-start; } .talk li + li { margin-top: 1rem; }
.talk .reply { align-items: flex-end; }
.bubble { max-width: 85%; padding: 0.55rem 0.9rem; background: var(--plain-pale); border-radius: 1.1rem 1.1rem 1.1rem 0.25rem; white-space: pre-wrap; }
.reply .bubble { background: var(--accent-pale); border-radius: 1.1rem 1.1rem 0.25rem 1.1rem; }
.meta { margin: 0.25rem 0.35rem 0; font-size: 0.8125rem; color: var(--soft); }
form { display: flex; flex-wrap: wrap; gap: 0.4rem 0.5rem; } label { width: 100%; font-weight: 600; font-size: 0.875rem; } form input { flex: 1; min-width: 0; }
`;

const EMULATES = "Emulated phones";

/** The person's side of a message: whose phone it is on. */
const phoneOf = (message: StoredMessage) => (message.direction === "inbound" ? (message.from ?? "") : message.to);

/** Every phone with its newest message. */
export function ListPage({ messages, follow }: { messages: readonly StoredMessage[]; follow: number }) {
  const newest = new Map<string, StoredMessage>();
  for (const message of messages.toReversed()) {
    if (!newest.has(phoneOf(message))) newest.set(phoneOf(message), message);
  }
  return (
    <EmulatorFrame emulates={EMULATES} title={EMULATES} beside={`${messages.length} messages`} follow={follow} narrow>
      {newest.size === 0 ? (
        <p class="empty">No message yet.</p>
      ) : (
        <ul class="card list">
          {[...newest].slice(0, SHOWN_MAX).map(([number, message]) => (
            <li>
              <a href={`/phones/${encodeURIComponent(number)}`}>
                <strong>{number}</strong>
                <p class="soft small" dir="auto">
                  {message.body}
                </p>
              </a>
            </li>
          ))}
        </ul>
      )}
    </EmulatorFrame>
  );
}

interface PhoneProps {
  readonly number: string;
  readonly messages: readonly StoredMessage[];
  /** Seconds. */
  readonly follow: number;
}

/** A phone: its messages as bubbles, oldest first, and a line to write back. */
export function PhonePage({ number, messages, follow }: PhoneProps) {
  const own = messages.filter((message) => phoneOf(message) === number);
  const sender = own.findLast((message) => message.direction === "outbound-api")?.from;
  return (
    <EmulatorFrame
      emulates={EMULATES}
      title={number}
      follow={follow}
      narrow
      below={sender ? <Reply number={number} sender={sender} /> : null}
    >
      {own.length === 0 ? (
        <p class="empty">No message to this number yet.</p>
      ) : (
        <ol class="card talk" aria-label="Messages">
          {own.slice(-SHOWN_MAX).map((message) => (
            <Bubble message={message} />
          ))}
        </ol>
      )}
    </EmulatorFrame>
  );
}

const Reply = ({ number, sender }: { number: string; sender: string }) => (
  <form class="card" method="post" action="/_emulator/inbound">
    <label for="body">Reply from this phone</label>
    <input type="hidden" name="from" value={number} />
    <input type="hidden" name="to" value={sender} />
    <input id="body" name="body" required placeholder="For example STOP" autocomplete="off" />
    <button type="submit">Send</button>
  </form>
);

function Bubble({ message }: { message: StoredMessage }) {
  const { status, errorCode, segments, body, from, createdAt } = message;
  const reply = message.direction === "inbound";
  const failed = errorCode !== null || status === "failed" || status === "undelivered";
  const parts = segments === 1 ? "1 segment" : `${segments} segments`;
  return (
    <li class={reply ? "reply" : undefined}>
      <p class="bubble" dir="auto">
        {body}
      </p>
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
