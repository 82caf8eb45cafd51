/**
 * The shards as one request sees them, over D1's sessions (docs/decisions/034-reads.md): to read from whichever copy is
 * near, or to write to the primary and learn how far it has come. Without read replication both are the primary.
 */
import type { Bookmarks } from "../core/bookmark";
import type { Shard, Shards } from "./shards";

/** The same shards, each by another database, which is opened when it is first asked for. */
function overShards(shards: Shards, open: (shard: Shard) => D1Database): Shards {
  const opened = new Map<number, Shard>();
  function get(no: number): Shard {
    const known = opened.get(no);
    if (known) return known;
    const made = { no, db: open(shards.get(no)) };
    opened.set(no, made);
    return made;
  }
  return {
    get control() {
      return get(0).db;
    },
    get all() {
      return shards.all.map(({ no }) => get(no));
    },
    get,
  };
}

/**
 * The shards to read from: the copy that is near, at least as far as these bookmarks, and never behind what the same
 * request has read already. What is written all the same goes to the primary (D1 sees to that).
 */
export const nearShards = (shards: Shards, at: Bookmarks): Shards =>
  overShards(shards, ({ no, db }) => db.withSession(at.get(no) ?? "first-unconstrained") as unknown as D1Database);

export interface Followed {
  readonly shards: Shards;
  /** How far each shard that was asked had come. */
  readonly bookmarks: () => Bookmarks;
}

/** The shards with every call at the primary, and what it said of its place. No call more than without. */
export function followShards(shards: Shards): Followed {
  const seen = new Map<number, string>();
  return {
    shards: overShards(shards, ({ no, db }) =>
      followed(db, (bookmark) => {
        if (bookmark !== null && bookmark > (seen.get(no) ?? "")) seen.set(no, bookmark);
      }),
    ),
    bookmarks: () => seen,
  };
}

type Build = (session: D1DatabaseSession) => D1PreparedStatement;

/**
 * A session's first call goes to the primary, later ones may not: so each call has one of its own, and statements wait
 * for it.
 */
function followed(db: D1Database, see: (bookmark: string | null) => void): D1Database {
  const builds = new WeakMap<object, Build>();
  async function call<T>(run: (session: D1DatabaseSession) => Promise<T>): Promise<T> {
    const session = db.withSession("first-primary");
    const result = await run(session);
    see(session.getBookmark());
    return result;
  }
  function statement(build: Build): D1PreparedStatement {
    const waiting = {
      bind: (...values: unknown[]) => statement((session) => build(session).bind(...values)),
      all: () => call((session) => build(session).all()),
      run: () => call((session) => build(session).run()),
      first: (column: string) => call((session) => build(session).first(column)),
      raw: (options?: { columnNames?: false }) => call((session) => build(session).raw(options)),
    } as unknown as D1PreparedStatement;
    builds.set(waiting, build);
    return waiting;
  }
  return {
    prepare: (sql: string) => statement((session) => session.prepare(sql)),
    batch: <T>(statements: D1PreparedStatement[]) =>
      call((session) => session.batch<T>(statements.map((one) => builds.get(one)?.(session) ?? one))),
  } as unknown as D1Database;
}
