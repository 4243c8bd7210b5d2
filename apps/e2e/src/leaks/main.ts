// Memory of every process over many small rounds: `npx nx run e2e:leaks -- --rounds 20000`.
import { Command } from 'commander';
import { watchMemory } from './memory-watch.js';

const { rounds } = new Command('leaks').option('--rounds <count>', 'length of the run', Number, 20_000).parse().opts<{ rounds: number }>();
for (const { process: name, second, last } of await watchMemory(rounds)) {
  const growth = `${last - second < 0 ? '' : '+'}${(last - second).toFixed(1)}`;
  console.log(`${name}: ${second.toFixed(0)} MiB in the second quarter of ${rounds} rounds, ${last.toFixed(0)} MiB in the last: ${growth}`);
}
