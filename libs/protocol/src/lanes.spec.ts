import { describe, expect, it } from 'vitest';
import { laneIdentity, MessageCutter, ownerOfLane, PartsJoiner } from './lanes.js';
import type { Frames } from './messages.js';

const bytes = (length: number, start = 1): Uint8Array => Uint8Array.from({ length }, (_, index) => (start + index) % 256);

/** A message as it is sent: an envelope, which begins with the number of a field, and vectors. */
const message = (valuesLength: number, start = 1): Frames => [bytes(5, 8), bytes(valuesLength, start), bytes(3, 50)];

function listed(frames: Frames | null | undefined): number[][] | null {
  return frames?.map((frame) => [...frame]) ?? null;
}

describe('a lane', () => {
  it('has a name that says whose it is', () => {
    expect([0, 1, 12].map((lane) => laneIdentity('worker~1', lane))).toEqual(['worker~1', 'worker~1~lane1', 'worker~1~lane12']);
    expect([0, 1, 12].map((lane) => ownerOfLane(laneIdentity('worker~1', lane)))).toEqual(['worker~1', 'worker~1', 'worker~1']);
  });
});

describe('a message in parts', () => {
  it.each([0, 1, 2, 3, 4, 1001])('is put together again, with %i bytes of values', (length) => {
    for (const order of [[0, 1, 2], [2, 1, 0], [1, 2, 0]]) {
      const [joiner, parts] = [new PartsJoiner(), new MessageCutter().cut(message(length), 3)];
      const joined = order.map((part) => joiner.join(parts[part]!));
      expect(joined.slice(0, 2)).toEqual([null, null]);
      expect(listed(joined[2])).toEqual(listed(message(length)));
    }
  });

  it('is put together without values, and as it is with one lane', () => {
    const [joiner, cutter, envelope] = [new PartsJoiner(), new MessageCutter(), [bytes(5, 8)]];
    const [first, second] = cutter.cut(envelope, 2);
    expect([joiner.join(second!), listed(joiner.join(first!))]).toEqual([null, listed(envelope)]);
    expect(cutter.cut(envelope, 1)).toEqual([envelope]);
    expect(joiner.join(envelope)).toBe(envelope);
  });

  it('is told from others, of which all but a part may have come, and from those of an earlier connection', () => {
    const [joiner, cutter] = [new PartsJoiner(), new MessageCutter()];
    const [one, two, three] = [1, 2, 3].map((start) => cutter.cut(message(100, start), 2));
    const earlier = new MessageCutter().cut(message(100, 9), 2);
    expect([earlier[0], one![0], two![0], three![0]].map((part) => joiner.join(part!))).toEqual([null, null, null, null]);
    expect(listed(joiner.join(one![1]!))).toEqual(listed(message(100, 1)));
    // The second part of the second message was lost with its line.
    expect(listed(joiner.join(three![1]!))).toEqual(listed(message(100, 3)));
    expect(joiner.join(two![1]!)).toBeNull();
    expect(listed(joiner.join(earlier[1]!))).toEqual(listed(message(100, 9)));
  });

  it('waits for a connection that is far behind the others', () => {
    const [joiner, cutter] = [new PartsJoiner(), new MessageCutter()];
    const sent = Array.from({ length: 500 }, (_, start) => cutter.cut(message(10, start), 2));
    for (const [part] of sent) joiner.join(part!);
    expect(sent.map(([, part]) => listed(joiner.join(part!)))).toEqual(sent.map((_, start) => listed(message(10, start))));
  });

  it('holds no memory for ever while a line is broken', () => {
    const [joiner, cutter] = [new PartsJoiner(10 * (12 + 5 + 5 + 3)), new MessageCutter()];
    const sent = Array.from({ length: 11 }, () => cutter.cut(message(10), 2));
    for (const [part] of sent) joiner.join(part!);
    expect(joiner.join(sent[0]![1]!)).toBeNull();
    expect(joiner.join(sent[10]![1]!)).not.toBeNull();
  });

  it.each([
    ['a header of 3 bytes', [bytes(3, 0)]],
    ['part 3 of 2', [Uint8Array.of(0, 2, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0)]],
    ['part 1 of 17', [Uint8Array.of(0, 0, 17, 0, 0, 0, 0, 0, 0, 0, 0, 0)]],
    ['no envelope', [Uint8Array.of(0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0)]],
  ])('is refused: %s', (found, frames) => {
    expect(() => new PartsJoiner().join(frames)).toThrow(
      expect.objectContaining({ code: 'MESSAGE_MALFORMED', message: `expected a part of a message, found ${found}` }),
    );
  });

  it('is refused if its parts disagree on how many there are', () => {
    const [joiner, header] = [new PartsJoiner(), (count: number) => Uint8Array.of(0, 0, count, 0, 0, 0, 0, 0, 0, 0, 0, 0)];
    joiner.join([header(2)]);
    expect(() => joiner.join([header(3)])).toThrow('expected a part of a message, found part 1 of 3, after one of 2');
  });
});
