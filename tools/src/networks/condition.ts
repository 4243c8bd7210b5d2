/** What a network is like between any two of its hosts. */
export interface Condition {
  /** From sending a packet until its answer is there, in milliseconds. */
  readonly roundTripMs: number;
  /** What each host can send, and be sent, in millions of bits a second. */
  readonly megabits: number;
  /** Packets that never arrive, in percent of those of each direction. */
  readonly lossPercent: number;
}

/** Those that are measured if none are named: each of round trip, loss and rate by itself, and what is far away and loses packets too. */
export const CONDITIONS: readonly Condition[] = [
  ...[0.1, 1, 10, 50].map((roundTripMs) => ({ roundTripMs, megabits: 1000, lossPercent: 0 })),
  { roundTripMs: 1, megabits: 100, lossPercent: 0 },
  ...[0.1, 1].map((lossPercent) => ({ roundTripMs: 1, megabits: 1000, lossPercent })),
  ...[0.1, 1].map((lossPercent) => ({ roundTripMs: 10, megabits: 1000, lossPercent })),
];

/** "1 ms, 1 Gbit/s, 0.1 % lost". */
export function describeCondition({ roundTripMs, megabits, lossPercent }: Condition): string {
  const rate = megabits < 1000 ? `${megabits} Mbit/s` : `${megabits / 1000} Gbit/s`;
  return `${roundTripMs} ms, ${rate}${lossPercent === 0 ? '' : `, ${lossPercent} % lost`}`;
}

/**
 * The condition that `ROUND_TRIP_MS,MEGABITS,LOSS_PERCENT` says, such as `10,1000,0.1`.
 *
 * @throws Error that says what was expected
 */
export function parseCondition(text: string): Condition {
  const numbers = text.split(',').map(Number);
  const [roundTripMs = NaN, megabits = NaN, lossPercent = NaN] = numbers;
  if (numbers.length === 3 && roundTripMs >= 0 && megabits > 0 && lossPercent >= 0 && lossPercent < 100) {
    return { roundTripMs, megabits, lossPercent };
  }
  throw new Error(`expected ROUND_TRIP_MS,MEGABITS,LOSS_PERCENT such as 10,1000,0.1, found ${text}`);
}
