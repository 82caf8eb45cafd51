/**
 * Sessions of the console: a key that signed in, for as long as it is used and works. What a session may do is what its
 * key may do. Nothing is kept of one but that it was ended (docs/decisions/018-console-sessions.md).
 */
import type { Context } from "../context";
import { AppError } from "../core/errors";
import { newId } from "../core/ids";
import type { KeyRing } from "../core/seal";
import * as token from "../core/session-token";
import { sha256 } from "../core/sha256";
import type { KeyRow } from "../store/key-reads";
import * as store from "../store/sessions";
import { authenticate, authenticateHash } from "./access";
import { record } from "./audit";
import { requireRoomToSignIn } from "./rate-limit";
import { recall } from "./recall";

export interface Session {
  readonly claims: token.SessionClaims;
  readonly key: KeyRow;
}

/** A session as the text that its browser keeps, for so long unless it is used again. */
export interface IssuedSession {
  readonly text: string;
  readonly seconds: number;
}

/** Uses within this time are one: the text of the session is not made anew. */
const RENEW_MS = 5 * 60_000;

/** The ring that signs sessions. Throws `conflict` without one. */
export function sessionRing({ config }: Context): KeyRing {
  if (config.keyRing) return config.keyRing;
  throw new AppError("conflict", {
    detail: "This installation has no FORMLOG_ENCRYPTION_KEY to sign sessions with: nobody can sign in.",
  });
}

/**
 * A session of the key that this text is. `address`: the client's, as the edge saw it. Throws `unauthorized`,
 * `too_many_requests`, `conflict`, `store_unavailable`.
 */
export async function signIn(
  ctx: Context,
  { key: text, address }: { key: string; address: string | undefined },
): Promise<IssuedSession> {
  await requireRoomToSignIn(ctx, address);
  sessionRing(ctx);
  const key = await authenticate(ctx, text);
  const now = ctx.now();
  const claims = { id: newId("sess", ctx.random), keyHash: await sha256(text), startedAt: now, seenAt: now };
  await recordOf({ ...ctx, actor: key.id }, { claims, key }, "session.started");
  return issue(ctx, claims);
}

/**
 * The session of a text that a browser kept. Throws `unauthorized` with the reason, `conflict`, `store_unavailable`.
 */
export async function openSession(ctx: Context, text: string): Promise<Session> {
  const claims = await token.readSession(sessionRing(ctx), text);
  const now = ctx.now();
  if (!claims || claims.startedAt > now || token.endOf(claims) <= now) throw over();
  const ended = { id: claims.id, until: token.lastEndOf(claims) };
  const read = async () => ({ ended: await store.isEnded(ctx.primary.control, ended) });
  const [state, key] = await Promise.all([
    recall(ctx, ctx.sessions, { id: claims.id, read }),
    authenticateHash(ctx, claims.keyHash),
  ]);
  if (state?.ended !== false) throw over();
  return { claims, key };
}

/** The session with its new end, once in a while; null: what the browser has is new enough. */
export async function renewSession(ctx: Context, session: Session): Promise<IssuedSession | null> {
  const seenAt = ctx.now();
  return seenAt - session.claims.seenAt < RENEW_MS ? null : issue(ctx, { ...session.claims, seenAt });
}

/** Ends a session: here at once, in other isolates when they look at it again (services/recall.ts). May be repeated. */
export async function signOut(ctx: Context, session: Session): Promise<void> {
  const { claims } = session;
  await store.endSession(ctx.shards.control, { id: claims.id, until: token.lastEndOf(claims) });
  ctx.sessions.delete(claims.id);
  await recordOf(ctx, session, "session.ended");
}

const recordOf = (ctx: Context, { claims, key }: Session, action: "session.started" | "session.ended") =>
  record(ctx, { workspace: key.workspace, action, object: claims.id, detail: { key: key.id } });

async function issue(ctx: Context, claims: token.SessionClaims): Promise<IssuedSession> {
  const text = await token.signSession(sessionRing(ctx), claims);
  return { text, seconds: (token.endOf(claims) - claims.seenAt) / 1000 };
}

const over = () => new AppError("unauthorized", { detail: "Your session is over. Sign in again." });
