// Runs with faults until the time is up: `npx nx run e2e:chaos -- --minutes 30 --seed 7`.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { playWithFaults, type ChaosOutcome } from './chaos-run.js';
import { drawFaults } from './draw-faults.js';
import { chaosGames } from './games.js';
import { Recoveries } from './recoveries.js';

const ROUNDS = 40;
const COUNTS = { workerKills: 12, serverKills: 4, coordinatorKills: 3, others: 12 };
const { minutes, seed } = new Command('chaos')
  .description(
    'Plays runs whose processes are killed, stopped and cut off, and checks that they end with the weights of an undisturbed one.',
  )
  .option('--minutes <count>', 'how long', Number, 5)
  .option('--seed <number>', 'of the first schedule; a failure names its own', Number, 1)
  .parse().opts<{ minutes: number; seed: number }>();

const folder = mkdtempSync(join(tmpdir(), 'lethe-chaos-data-'));
const games = Object.values(await chaosGames(folder, ROUNDS));
const recoveries = new Recoveries();
const ends = performance.now() + minutes * 60_000;
let faults = 0;
let runs = 0;
try {
  const undisturbed = new Map<string, ChaosOutcome>();
  for (const game of games) undisturbed.set(game.name, await playWithFaults(game, []));
  for (let current = seed; performance.now() < ends; current += 1) {
    for (const game of games) {
      const expected = undisturbed.get(game.name);
      const found = await playWithFaults(game, drawFaults(current, ROUNDS, COUNTS));
      recoveries.read(found);
      faults += found.happened.length;
      runs += 1;
      const outcome = `${found.happened.length} faults, ${found.kills} coordinators, ${found.seconds.toFixed(0)} s, sha256 ${found.sha256}`;
      console.log(`seed ${current}, ${game.name}: ${outcome}`);
      const [wanted, got] = [expected, found].map((played) => `sha256 ${played?.sha256} after rounds ${String(played?.rounds)}`);
      if (got === wanted) continue;
      throw new Error(`--seed ${current}, ${game.name}: expected ${wanted}, found ${got}\n${found.output}`);
    }
  }
  console.log(`${runs} runs survived ${faults} faults with the bits of undisturbed ones\n${recoveries.table()}`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
