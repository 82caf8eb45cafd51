/** A bounded map that forgets what was used longest ago: the isolate's caches. */
export interface Lru<V> {
  get(key: string): V | undefined;
  set(key: string, value: V): void;
  delete(key: string): void;
}

/** An LRU of at most `capacity` values. */
export function createLru<V>(capacity: number): Lru<V> {
  const values = new Map<string, V>();
  return {
    get(key) {
      const value = values.get(key);
      if (value === undefined) return undefined;
      values.delete(key); // a Map keeps insertion order: put it last
      values.set(key, value);
      return value;
    },
    set(key, value) {
      values.delete(key);
      values.set(key, value);
      if (values.size > capacity) {
        const [oldest] = values.keys();
        if (oldest !== undefined) values.delete(oldest);
      }
    },
    delete(key) {
      values.delete(key);
    },
  };
}
