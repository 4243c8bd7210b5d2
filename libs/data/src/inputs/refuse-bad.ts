import { LetheError } from '@lethe/errors';
import type { BadInput } from '../model/inputs.js';

/** Bad inputs that a message names; its details have all of them. */
const NAMED = 20;

export interface BadBound {
  /** What the inputs are of, for messages. */
  readonly origin: string;
  /** Most inputs that cannot be read, as a share of all; 0: any of them is an error. */
  readonly skipBad: number;
}

/** @throws LetheError DATA_INVALID naming what cannot be read, if it is more than the bound allows */
export function refuseBad(bad: readonly BadInput[], count: number, { origin, skipBad }: BadBound): void {
  if (bad.length <= skipBad * count) return;
  const bound = skipBad === 0 ? '--skip-bad goes on without those that cannot' : `--skip-bad allows ${(skipBad * 100).toPrecision(3)} %`;
  const named = bad.slice(0, NAMED).map(({ reason }) => `\n  ${reason}`).join('');
  const others = bad.length > NAMED ? `\n  and ${bad.length - NAMED} others` : '';
  const message = `${origin}: expected ${count} inputs that can be read (${bound}), found ${bad.length} that cannot:${named}${others}`;
  throw new LetheError('DATA_INVALID', message, { details: { origin, count, bad } });
}
