import { mergeConfig } from '@lethe/config';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { beforeAll, describe, expect, it } from 'vitest';
import { drawFaults, FaultSchedule, type Fault, type FaultPlan } from './fault-schedule.js';
import { SimulatedRun, type SimulatedOutcome } from './simulated-run.js';
import { VirtualClock } from './virtual-clock.js';

const { config: raw } = mergeConfig({ cores: 2, gpus: 0, engine: 'native' }, []);
/** A run may wait for a stopped server, and several times; but not longer. */
const LIMIT_MS = 120_000;
/** Undisturbed it takes a third of a second; twenty heartbeats more are enough for whatever does not come back by itself. */
const SECONDS_MS = 2500;
const SCHEDULES = Number(process.env['LETHE_SIMULATIONS'] ?? 500);
const FIRST_SEED = Number(process.env['LETHE_SIMULATION_SEED'] ?? 1);

async function play(seed: number, plan: FaultPlan | null, size = { workers: 3, servers: 2 }): Promise<SimulatedOutcome & { happened: number; tookMs: number }> {
  const generator = xoroshiro128plus(seed);
  const random = (): number => uniformFloat64(generator);
  const clock = new VirtualClock();
  clock.install();
  try {
    const schedule = new FaultSchedule(plan ?? { faults: [], lost: 0, doubled: 0 }, random);
    const run = new SimulatedRun({ clock, random, raw, ...size, fateOf: (passage, victims) => schedule.fateOf(passage, victims) });
    schedule.start(clock, run);
    const outcome = await clock.run(run.play(), LIMIT_MS);
    return { ...outcome, happened: schedule.happened, tookMs: clock.nowMs };
  } finally {
    clock.uninstall();
  }
}

/** By the number of servers: agreement between several needs a game that takes longer to simulate. */
const undisturbed = new Map<number, SimulatedOutcome>();
beforeAll(async () => {
  for (const servers of [1, 2]) undisturbed.set(servers, await play(1, null, { workers: 3, servers }));
});

describe('a simulated run', () => {
  it('is the same for any number of workers and servers', async () => {
    expect(undisturbed.get(1)?.rounds).toEqual([1, 2, 3, 4, 5, 6]);
    for (const size of [{ workers: 1, servers: 1 }, { workers: 6, servers: 1 }, { workers: 1, servers: 2 }, { workers: 4, servers: 2 }]) {
      expect(await play(2, null, size)).toMatchObject({ hash: undisturbed.get(size.servers)?.hash, losses: undisturbed.get(size.servers)?.losses });
    }
  });

  it.each([
    { what: 'a worker dies', faults: [{ moment: { atMs: 60 }, what: 'kill', role: 'worker', pick: 0 }] },
    { what: 'a worker dies before its push', faults: [{ moment: { role: 'worker', kind: 'push', occurrence: 9 }, what: 'kill speaker', isSaid: false }] },
    { what: 'a worker dies after its push', faults: [{ moment: { role: 'worker', kind: 'push', occurrence: 9 }, what: 'kill speaker', isSaid: true }] },
    { what: 'a worker dies before it has loaded', faults: [{ moment: { role: 'worker', kind: 'ready', occurrence: 2 }, what: 'kill speaker', isSaid: false }] },
    { what: 'a worker stops and goes on', faults: [{ moment: { atMs: 60 }, what: 'stop', role: 'worker', pick: 1, forMs: 400 }] },
    { what: 'a server dies before it is prepared', faults: [{ moment: { role: 'parameter-server', kind: 'prepared', occurrence: 2 }, what: 'kill speaker', isSaid: false }] },
    { what: 'the lead dies before it says commit', faults: [{ moment: { role: 'parameter-server', kind: 'commit', occurrence: 2 }, what: 'kill speaker', isSaid: false }] },
    { what: 'the lead dies after it said commit', faults: [{ moment: { role: 'parameter-server', kind: 'commit', occurrence: 2 }, what: 'kill speaker', isSaid: true }] },
    { what: 'the lead dies before it tells of a commit', faults: [{ moment: { role: 'parameter-server', kind: 'committed', occurrence: 8 }, what: 'kill speaker', isSaid: false }] },
    { what: 'a server dies before it tells of its part of a commit', faults: [{ moment: { role: 'parameter-server', kind: 'commitReport', occurrence: 4 }, what: 'kill speaker', isSaid: false }] },
    { what: 'a server dies while it loads', faults: [{ moment: { role: 'parameter-server', kind: 'stateLoaded', occurrence: 2 }, what: 'kill speaker', isSaid: false }] },
    { what: 'a server dies while a checkpoint is made', faults: [{ moment: { role: 'parameter-server', kind: 'stateCaptured', occurrence: 4 }, what: 'kill speaker', isSaid: false }] },
    { what: 'a push is lost', faults: [{ moment: { role: 'worker', kind: 'push', occurrence: 7 }, what: 'lose' }] },
    { what: 'a pull is lost', faults: [{ moment: { role: 'worker', kind: 'pull', occurrence: 50 }, what: 'lose' }] },
    { what: 'parameters are lost', faults: [{ moment: { role: 'parameter-server', kind: 'parameters', occurrence: 17 }, what: 'lose' }] },
    { what: 'a vote is lost', faults: [{ moment: { role: 'parameter-server', kind: 'prepared', occurrence: 3 }, what: 'lose' }] },
    { what: 'a commit is lost', faults: [{ moment: { role: 'parameter-server', kind: 'commit', occurrence: 3 }, what: 'lose' }] },
    { what: 'worker and server part and meet again', faults: [{ moment: { atMs: 60 }, what: 'part', worker: 0, server: 0, forMs: 900 }] },
    { what: 'the coordinator dies before a lease', faults: [{ moment: { role: 'coordinator', kind: 'lease', occurrence: 30 }, what: 'kill speaker', isSaid: false }] },
    { what: 'the only servers die together with a worker', faults: [
      { moment: { atMs: 60 }, what: 'kill', role: 'parameter-server', pick: 0 }, { moment: { atMs: 60 }, what: 'kill', role: 'parameter-server', pick: 0 }, { moment: { atMs: 61 }, what: 'kill', role: 'worker', pick: 0 },
    ] },
  ] as const satisfies readonly { what: string; faults: readonly Fault[] }[])('gets the same bits when $what, within seconds', async ({ faults }) => {
    const { hash, rounds, losses } = undisturbed.get(2) as SimulatedOutcome;
    const outcome = await play(3, { faults, lost: 0, doubled: 0 }, { workers: 3, servers: 2 });
    expect(outcome).toMatchObject({ hash, rounds, losses, happened: faults.length });
    expect(outcome.tookMs).toBeLessThan(SECONDS_MS);
  });

  it(`gets the same bits whatever dies, stops or is lost: ${SCHEDULES} schedules`, async () => {
    let faults = 0;
    for (let seed = FIRST_SEED; seed < FIRST_SEED + SCHEDULES; seed += 1) {
      const generator = xoroshiro128plus(seed);
      const plan = drawFaults(() => uniformFloat64(generator));
      const name = `schedule ${seed}: ${JSON.stringify(plan)}`;
      const servers = seed % 4 === 0 ? 2 : 1;
      const outcome = await play(seed, plan, { workers: 3, servers }).catch((error: unknown) => { throw new Error(name, { cause: error }); });
      const { hash, rounds, losses } = undisturbed.get(servers) as SimulatedOutcome;
      expect(outcome, name).toMatchObject({ hash, rounds, losses });
      faults += outcome.happened;
    }
    expect(faults).toBeGreaterThan(SCHEDULES);
  }, 5000 + 120 * SCHEDULES);
});
