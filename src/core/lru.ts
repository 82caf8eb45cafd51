/**
 * A bounded map that forgets what was not used for long: the isolate's caches. Two maps take turns: what is used moves
 * into the younger one, and when that is full the older one is dropped. So a look at what is in use moves nothing, as
 * it would if the order were exact.
 */
export interface Lru<V> {
  get(key: string): V | undefined;
  set(key: string, value: V): void;
  delete(key: string): void;
}

/** An LRU of at most `capacity` values; it remembers at least the half of them that were used last. */
export function createLru<V>(capacity: number): Lru<V> {
  const half = Math.max(1, Math.floor(capacity / 2));
  let young = new Map<string, V>();
  let old = new Map<string, V>();
  function set(key: string, value: V): void {
    if (young.size >= half && !young.has(key)) {
      old = young;
      young = new Map();
    }
    young.set(key, value);
  }
  return {
    get(key) {
      const value = young.get(key);
      if (value !== undefined) return value;
      const found = old.get(key);
      if (found !== undefined) {
        old.delete(key);
        set(key, found);
      }
      return found;
    },
    set(key, value) {
      old.delete(key);
      set(key, value);
    },
    delete(key) {
      young.delete(key);
      old.delete(key);
    },
  };
}
