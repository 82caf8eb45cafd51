import { describe, expect, it } from "vitest";
import {
  deliveryId,
  newId,
  parseDeliveryId,
  parsePageToken,
  parseResponseId,
  responseId,
  SEGMENT_SIZE,
  segmentOf,
  seqOf,
} from "./ids";

const positions = [
  1,
  2,
  499,
  SEGMENT_SIZE + 1,
  7 * SEGMENT_SIZE + 123_456,
  (2 ** 20 - 1) * SEGMENT_SIZE + SEGMENT_SIZE - 1,
];

describe("response ids", () => {
  it.each(positions)("lead back to position %i", (position) => {
    const id = responseId({ shard: 3, position });
    expect(id).toMatch(/^[a-z0-9]{10,}$/);
    expect(parseResponseId(id)).toEqual({ shard: 3, position });
    expect(segmentOf(position) * SEGMENT_SIZE + seqOf(position)).toBe(position);
  });

  it("are not taken when they are made up, written otherwise, or of another kind", () => {
    const delivery = deliveryId({ shard: 0, integration: 1, feed: 0, position: 1 });
    const id = responseId({ shard: 0, position: 1 });
    for (const text of ["", "x", "../../etc", id.toUpperCase(), `${id}0`, delivery, "a".repeat(500)]) {
      expect(parseResponseId(text)).toBeNull();
    }
  });
});

describe("delivery ids", () => {
  it("lead back to integration, feed and position", () => {
    const address = { shard: 1, integration: 42, feed: 1 as const, position: 9 * SEGMENT_SIZE + 7 };
    expect(parseDeliveryId(deliveryId(address))).toEqual(address);
    expect(parseDeliveryId(responseId({ shard: 0, position: 1 }))).toBeNull();
  });
});

describe("texts that somebody made up", () => {
  it("are no ids, also when they decode to numbers that no id holds", () => {
    for (const text of ["x".repeat(3000), "zzzzzzzzzzzzzzzzzzzzzzzzzzzzzz"]) {
      expect(parseResponseId(text)).toBeNull();
      expect(parseDeliveryId(text)).toBeNull();
      for (const length of [1, 2]) expect(parsePageToken(text, length)).toBeNull();
    }
  });
});

describe("random ids", () => {
  it("have 5 random bits a character", () => {
    const id = newId("form", (bytes) => bytes.fill(255));
    expect(id).toBe(`form_${"z".repeat(16)}`);
    expect(newId("fl", (bytes) => bytes.fill(0), 32)).toBe(`fl_${"0".repeat(32)}`);
  });
});
