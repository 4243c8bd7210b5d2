import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { playWithFaults, type ChaosGame } from './chaos-run.js';
import { drawFaults, type FaultCounts } from './draw-faults.js';
import { isThorough } from '../thorough.js';
import { chaosGames } from './games.js';

const ROUNDS = 40;
const folder = mkdtempSync(join(tmpdir(), 'lethe-chaos-data-'));
afterAll(() => { rmSync(folder, { recursive: true, force: true }); });
let games: { article: ChaosGame; domains: ChaosGame };
beforeAll(async () => { games = await chaosGames(folder, ROUNDS); });

async function survive(game: ChaosGame, seed: number, counts: FaultCounts): Promise<void> {
  // By one worker and one server: the bits do not depend on how many there are.
  const alone = { ...game, flags: [...game.flags, '--workers', '1', '--servers', '1'] };
  const faults = drawFaults(seed, ROUNDS, counts);
  const [undisturbed, found] = await Promise.all([playWithFaults(alone, []), playWithFaults(game, faults)]);
  expect(found.happened).toEqual(faults.map(({ id }) => id).sort());
  expect(found.kills).toBe(counts.coordinatorKills);
  expect({ sha256: found.sha256, rounds: found.rounds }, found.output).toEqual({ sha256: undisturbed.sha256, rounds: undisturbed.rounds });
}

// Both at once, where both are played: each spends about half of its time waiting, for processes to start and for silence to be noticed.
describe.concurrent('real processes that are killed, stopped and cut off', () => {
  it('end the article\'s game with the bits of an undisturbed run: 10 workers, 3 servers, 3 coordinators', async () => {
    await survive(games.article, 7, { workerKills: 10, serverKills: 3, coordinatorKills: 3, others: 8 });
  }, 400_000);

  it.runIf(isThorough)('end a carry to another domain with them, whose only worker is among them', async () => {
    await survive(games.domains, 3, { workerKills: 3, serverKills: 1, coordinatorKills: 1, others: 3 });
  }, 200_000);
});
