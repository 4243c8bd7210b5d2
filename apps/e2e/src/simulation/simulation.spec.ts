import { mergeConfig } from '@lethe/config';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { beforeAll, describe, expect, it } from 'vitest';
import { drawFaults, FaultSchedule, type Fault, type FaultPlan } from './fault-schedule.js';
import { HEARTBEAT_MS, RESTARTS, SimulatedRun, STALL_MS, type SimulatedOutcome } from './simulated-run.js';
import { VirtualClock } from './virtual-clock.js';

const { config: raw } = mergeConfig({ cores: 2, gpus: 0, engine: 'native' }, []);
/** A run may wait for a stopped server, and several times; but not longer. */
const LIMIT_MS = 120_000;
/** Undisturbed it takes a third of a second; twenty heartbeats more are enough for whatever does not come back by itself. */
const SECONDS_MS = 2500;
const SCHEDULES = Number(process.env['LETHE_SIMULATIONS'] ?? 200);
const FIRST_SEED = Number(process.env['LETHE_SIMULATION_SEED'] ?? 1);

interface Played {
  readonly outcome: SimulatedOutcome | { readonly error: unknown };
  readonly run: SimulatedRun;
  readonly happened: number;
  readonly tookMs: number;
}

/** To its end, whichever it is. */
async function playToAnyEnd(
  seed: number,
  plan: FaultPlan | null,
  size: { workers: number; servers: number; rounds?: number } = { workers: 3, servers: 2 },
): Promise<Played> {
  const generator = xoroshiro128plus(seed);
  const random = (): number => uniformFloat64(generator);
  const clock = new VirtualClock();
  clock.install();
  try {
    const schedule = new FaultSchedule(plan ?? { faults: [], lost: 0, doubled: 0 }, random);
    const run = new SimulatedRun({ clock, random, raw, ...size, fateOf: (passage, victims) => schedule.fateOf(passage, victims) });
    schedule.start(clock, run);
    const outcome = await clock.run(run.play(), LIMIT_MS).catch((error: unknown) => ({ error }));
    return { outcome, run, happened: schedule.happened, tookMs: clock.nowMs };
  } finally {
    clock.uninstall();
  }
}

async function play(...how: Parameters<typeof playToAnyEnd>): Promise<SimulatedOutcome & Pick<Played, 'happened' | 'tookMs'>> {
  const { outcome, happened, tookMs } = await playToAnyEnd(...how);
  if ('error' in outcome) throw outcome.error;
  return { ...outcome, happened, tookMs };
}

/** To an end for want of workers, which has this code, and from there on, when everything is well again. */
async function playAndResume(
  seed: number,
  faults: readonly Fault[],
  { code, ...size }: { workers: number; servers: number; code: 'PROCESS_DIED' | 'WORKERS_MISSING' },
): Promise<{ outcome: SimulatedOutcome; savedRounds: number; notices: readonly string[] }> {
  const generator = xoroshiro128plus(seed);
  const random = (): number => uniformFloat64(generator);
  const clock = new VirtualClock();
  clock.install();
  try {
    const schedule = new FaultSchedule({ faults, lost: 0, doubled: 0 }, random);
    let isWell = false;
    const run = new SimulatedRun({
      clock,
      random,
      raw,
      ...size,
      fateOf: (passage, victims) => (isWell ? 'deliver' : schedule.fateOf(passage, victims)),
    });
    schedule.start(clock, run);
    await expect(clock.run(run.play(), LIMIT_MS)).rejects.toMatchObject({ code });
    const { savedRounds, notices: [...notices] } = run;
    run.killCoordinator();
    isWell = true;
    return { outcome: await clock.run(run.play(), 2 * LIMIT_MS), savedRounds, notices };
  } finally {
    clock.uninstall();
  }
}

/** By the number of servers: agreement between several needs a game that takes longer to simulate. */
const undisturbed = new Map<number, SimulatedOutcome>();
const undisturbedMs = new Map<number, number>();
beforeAll(async () => {
  for (const servers of [1, 2]) {
    const { hash, rounds, losses, grids, tookMs } = await play(1, null, { workers: 3, servers });
    undisturbedMs.set(servers, tookMs);
    undisturbed.set(servers, { hash, rounds, losses, grids });
  }
});

describe('a simulated run', () => {
  it('names workers that have another version of Node', async () => {
    const { run } = await playToAnyEnd(1, null, { workers: 2, servers: 1 });
    expect(run.notices).toContainEqual(
      expect.stringMatching(
        new RegExp(
          '^warning: worker-\\d \\(process \\d+ on here\\) computes with "native threads=1 node=\\d", ' +
            'others with "native threads=1 node=\\d"; the same bits are expected',
        ),
      ),
    );
    expect((await playToAnyEnd(1, null, { workers: 1, servers: 1 })).run.notices).toEqual([]);
  });

  it('is the same for any number of workers and servers', async () => {
    expect(undisturbed.get(1)).toMatchObject({ rounds: [1, 2, 3, 4, 5, 6], grids: [[3, { length: 32 }], [6, { length: 32 }]] });
    for (const size of [{ workers: 1, servers: 1 }, { workers: 6, servers: 1 }, { workers: 1, servers: 2 }, { workers: 4, servers: 2 }]) {
      expect(await play(2, null, size)).toMatchObject(undisturbed.get(size.servers) as SimulatedOutcome);
    }
  });

  it.each([
    { what: 'a worker dies', faults: [{ moment: { atMs: 60 }, what: 'kill', role: 'worker', pick: 0 }] },
    {
      what: 'a worker dies before its push',
      faults: [{ moment: { role: 'worker', kind: 'push', occurrence: 9 }, what: 'kill speaker', isSaid: false }],
    },
    {
      what: 'a worker dies after its push',
      faults: [{ moment: { role: 'worker', kind: 'push', occurrence: 9 }, what: 'kill speaker', isSaid: true }],
    },
    {
      what: 'a worker dies before it has loaded',
      faults: [{ moment: { role: 'worker', kind: 'ready', occurrence: 2 }, what: 'kill speaker', isSaid: false }],
    },
    { what: 'a worker stops and goes on', faults: [{ moment: { atMs: 60 }, what: 'stop', role: 'worker', pick: 1, forMs: 400 }] },
    {
      what: 'a server dies before it is prepared',
      faults: [{ moment: { role: 'parameter-server', kind: 'prepared', occurrence: 2 }, what: 'kill speaker', isSaid: false }],
    },
    {
      what: 'the lead dies before it says commit',
      faults: [{ moment: { role: 'parameter-server', kind: 'commit', occurrence: 2 }, what: 'kill speaker', isSaid: false }],
    },
    {
      what: 'the lead dies after it said commit',
      faults: [{ moment: { role: 'parameter-server', kind: 'commit', occurrence: 2 }, what: 'kill speaker', isSaid: true }],
    },
    {
      what: 'the lead dies before it tells of a commit',
      faults: [{ moment: { role: 'parameter-server', kind: 'committed', occurrence: 8 }, what: 'kill speaker', isSaid: false }],
    },
    {
      what: 'a server dies before it tells of its part of a commit',
      faults: [{ moment: { role: 'parameter-server', kind: 'commitReport', occurrence: 4 }, what: 'kill speaker', isSaid: false }],
    },
    {
      what: 'a server dies while it loads',
      faults: [{ moment: { role: 'parameter-server', kind: 'stateLoaded', occurrence: 2 }, what: 'kill speaker', isSaid: false }],
    },
    {
      what: 'a server dies while a checkpoint is made',
      faults: [{ moment: { role: 'parameter-server', kind: 'stateCaptured', occurrence: 4 }, what: 'kill speaker', isSaid: false }],
    },
    { what: 'a push is lost', faults: [{ moment: { role: 'worker', kind: 'push', occurrence: 7 }, what: 'lose' }] },
    { what: 'a pull is lost', faults: [{ moment: { role: 'worker', kind: 'pull', occurrence: 50 }, what: 'lose' }] },
    { what: 'parameters are lost', faults: [{ moment: { role: 'parameter-server', kind: 'parameters', occurrence: 17 }, what: 'lose' }] },
    { what: 'a vote is lost', faults: [{ moment: { role: 'parameter-server', kind: 'prepared', occurrence: 3 }, what: 'lose' }] },
    { what: 'a commit is lost', faults: [{ moment: { role: 'parameter-server', kind: 'commit', occurrence: 3 }, what: 'lose' }] },
    {
      what: 'a worker sends what is not finite',
      faults: [{ moment: { role: 'worker', kind: 'push', occurrence: 9 }, what: 'spoil', how: 'not finite' }],
    },
    {
      what: 'a worker sends too much',
      faults: [{ moment: { role: 'worker', kind: 'push', occurrence: 9 }, what: 'spoil', how: 'too long' }],
    },
    {
      what: 'worker and server part and meet again',
      faults: [
        {
          moment: { atMs: 60 },
          what: 'part',
          ends: [
            { role: 'worker', pick: 0 },
            { role: 'parameter-server', pick: 0 },
          ],
          forMs: 900,
        },
      ],
    },
    {
      what: 'the coordinator dies before an assignment',
      faults: [{ moment: { role: 'coordinator', kind: 'stepAssignment', occurrence: 30 }, what: 'kill speaker', isSaid: false }],
    },
    {
      what: 'the only servers die together with a worker',
      faults: [
        { moment: { atMs: 60 }, what: 'kill', role: 'parameter-server', pick: 0 },
        { moment: { atMs: 60 }, what: 'kill', role: 'parameter-server', pick: 0 },
        { moment: { atMs: 61 }, what: 'kill', role: 'worker', pick: 0 },
      ],
    },
  ] as const satisfies readonly { what: string; faults: readonly Fault[] }[])(
    'gets the same bits when $what, within seconds',
    async ({ faults }) => {
      const outcome = await play(3, { faults, lost: 0, doubled: 0 }, { workers: 3, servers: 2 });
      expect(outcome).toMatchObject({ ...undisturbed.get(2), happened: faults.length });
      // Nothing of what is refused is waited for.
      expect(outcome.tookMs).toBeLessThan(
        faults.every(({ what }) => what === 'spoil') ? (undisturbedMs.get(2) ?? 0) + HEARTBEAT_MS : SECONDS_MS,
      );
    },
  );

  it.each([
    { spoilt: 7, lost: 8, report: 7 },
    { spoilt: 13, lost: 14, report: 13 },
    { spoilt: 16, lost: 17, report: 16 },
    { spoilt: 20, lost: 19, report: 20 },
    { spoilt: 20, lost: 21, report: 20 },
  ])(
    'does not wait until a step is late when push $spoilt is not finite, and seen to be so after others have computed it again',
    async ({ spoilt, lost, report }) => {
      const faults: Fault[] = [
        { moment: { role: 'worker', kind: 'push', occurrence: spoilt }, what: 'spoil', how: 'not finite' },
        { moment: { role: 'worker', kind: 'push', occurrence: lost }, what: 'lose' }, // nothing is added to it yet
        { moment: { role: 'worker', kind: 'stepReport', occurrence: report }, what: 'kill speaker', isSaid: false },
      ];
      const outcome = await play(spoilt, { faults, lost: 0, doubled: 0 }, { workers: 3, servers: 1 });
      expect(outcome).toMatchObject({ ...undisturbed.get(1), happened: 3 });
      expect(outcome.tookMs).toBeLessThan((undisturbedMs.get(1) ?? 0) + 2 * HEARTBEAT_MS);
    },
  );

  it.each([
    { role: 'worker', kind: 'register' },
    { role: 'parameter-server', kind: 'register' },
    { role: 'coordinator', kind: 'welcome' },
    { role: 'worker', kind: 'ready' },
    { role: 'parameter-server', kind: 'ready' },
    { role: 'coordinator', kind: 'loadState' },
    { role: 'parameter-server', kind: 'stateLoaded' },
    { role: 'coordinator', kind: 'captureState' },
    { role: 'parameter-server', kind: 'stateCaptured' },
    { role: 'coordinator', kind: 'stepAssignment' },
    { role: 'worker', kind: 'stepReport' },
    { role: 'parameter-server', kind: 'committed' },
    { role: 'coordinator', kind: 'evaluate' },
    { role: 'worker', kind: 'evaluated' },
  ] as const)(
    'gets the same bits when the first, second or third $kind of a $role is lost',
    async ({ role, kind }) => {
      for (const occurrence of [1, 2, 3]) {
        const outcome = await play(
          3,
          { faults: [{ moment: { role, kind, occurrence }, what: 'lose' }], lost: 0, doubled: 0 },
          { workers: 3, servers: 1 },
        );
        expect(outcome).toMatchObject(undisturbed.get(1) as SimulatedOutcome);
        if (occurrence === 1) expect(outcome.happened).toBe(1);
        // As long as nothing is known of how long something takes, the limit is that of silence.
        expect(outcome.tookMs).toBeLessThan(STALL_MS + SECONDS_MS);
      }
    },
    20_000,
  );

  it('loses no worker for good when its assignments are lost for a while', async () => {
    const assignments = Array.from(
      { length: 30 },
      (_, index) => ({ role: 'coordinator', kind: 'stepAssignment', occurrence: 31 + index, hearer: 'worker-2' }) as const,
    );
    const faults = assignments.map((moment): Fault => ({ moment, what: 'lose' }));
    const {
      run: { reporters, notices },
    } = await playToAnyEnd(3, { faults, lost: 0, doubled: 0 }, { workers: 3, servers: 1, rounds: 80 });
    expect(notices.filter((line) => !line.startsWith('warning'))).toEqual([
      expect.stringMatching(
        /^worker-2 .+ makes no progress in round \d+, phase \w+, inner step \d; its shards are computed by worker-1, worker-3$/,
      ),
    ]);
    expect(reporters.get(79)?.size).toBe(3);
  }, 20_000);

  it('goes on without a worker that never becomes ready', async () => {
    const faults: Fault[] = [
      { moment: { role: 'worker', kind: 'ready', occurrence: 1, andLater: true, place: 'worker-2' }, what: 'kill speaker', isSaid: false },
    ];
    expect(await play(3, { faults, lost: 0, doubled: 0 }, { workers: 2, servers: 1 })).toMatchObject({
      hash: undisturbed.get(1)?.hash,
      happened: RESTARTS + 1,
    });
  });

  it.each(['not finite', 'too long'] as const)(
    'names a worker of which everything is %s, replaces it after three times, and gets the same bits by the others',
    async (how) => {
      const faults: Fault[] = [
        { moment: { role: 'worker', kind: 'push', occurrence: 1, andLater: true, place: 'worker-2' }, what: 'spoil', how },
      ];
      const {
        outcome,
        run: { notices },
      } = await playToAnyEnd(3, { faults, lost: 0, doubled: 0 });
      expect(outcome).toMatchObject(undisturbed.get(2) as SimulatedOutcome);
      const what =
        how === 'not finite'
          ? 'the gradient of \\w+ is not finite in [\\w.]+ \\(.+\\)'
          : 'gradient of \\w+, shards \\d to \\d: the chunk at \\d+ has \\d+ elements, found \\d+';
      expect(notices.filter((line) => !line.startsWith('warning')).slice(0, 3)).toEqual([
        expect.stringMatching(`^worker-2 \\(process \\d+ on here\\): ${what}; it is computed again$`),
        expect.stringMatching(`^worker-2 \\(process \\d+ on here\\): ${what}; it is computed again$`),
        expect.stringMatching(`^worker-2 \\(process \\d+ on here\\) is replaced: ${what}; its shards are computed by worker-1, worker-3$`),
      ]);
    },
  );

  it('has the only worker compute again what is not finite, and has diverged if that is not either', async () => {
    const once: Fault = { moment: { role: 'worker', kind: 'push', occurrence: 5 }, what: 'spoil', how: 'not finite' };
    const alone = { workers: 1, servers: 1 };
    expect(await play(3, { faults: [once], lost: 0, doubled: 0 }, alone)).toMatchObject({ ...undisturbed.get(1), happened: 1 });
    const { outcome } = await playToAnyEnd(
      3,
      { faults: [{ ...once, moment: { role: 'worker', kind: 'push', occurrence: 5, andLater: true } }], lost: 0, doubled: 0 },
      alone,
    );
    expect(outcome).toMatchObject({
      error: {
        code: 'GRADIENT_NOT_FINITE',
        message: expect.stringMatching(
          /^the gradient of \w+ is not finite in .+; it was computed twice, and no part of the gradient was applied$/,
        ) as string,
      },
    });
  });

  it('starts a worker that sends nothing right again, but not for ever', async () => {
    const faults: Fault[] = [{ moment: { role: 'worker', kind: 'push', occurrence: 5, andLater: true }, what: 'spoil', how: 'too long' }];
    const { outcome, run: { notices } } = await playToAnyEnd(3, { faults, lost: 0, doubled: 0 }, { workers: 1, servers: 1 });
    expect(outcome).toMatchObject({ error: { code: 'PROCESS_DIED' } });
    expect(notices.filter((line) => line.includes('is replaced'))).toHaveLength(RESTARTS + 1);
  });

  it('saves what is in the weights when its last worker is lost in the middle of a version', async () => {
    // The lead has its part of the version, the other server has not.
    const faults: Fault[] = [
      {
        moment: { role: 'worker', kind: 'push', occurrence: 24, andLater: true, hearer: 'parameter-server-2' },
        what: 'kill speaker',
        isSaid: false,
      },
    ];
    const { outcome, savedRounds } = await playAndResume(3, faults, { workers: 1, servers: 2, code: 'PROCESS_DIED' });
    expect(savedRounds).toBeGreaterThan(2);
    expect(outcome.hash).toBe(undisturbed.get(2)?.hash);
  });

  it('saves what is in the weights when no worker becomes ready any more', async () => {
    const faults: Fault[] = [
      { moment: { role: 'worker', kind: 'push', occurrence: 12 }, what: 'kill speaker', isSaid: false },
      { moment: { role: 'worker', kind: 'ready', occurrence: 2, andLater: true }, what: 'lose' },
    ];
    const { outcome, savedRounds } = await playAndResume(3, faults, { workers: 1, servers: 1, code: 'WORKERS_MISSING' });
    expect(savedRounds).toBeGreaterThan(2);
    expect(outcome.hash).toBe(undisturbed.get(1)?.hash);
  });

  it('saves what is in the weights when the last push of its last worker comes while that is captured', async () => {
    const faults: Fault[] = [
      { moment: { role: 'worker', kind: 'push', occurrence: 7, andLater: true }, what: 'kill speaker', isSaid: true },
    ];
    // Which of both the lead hears first differs.
    for (let seed = 1; seed <= 10; seed += 1) {
      const { outcome, savedRounds, notices } = await playAndResume(seed, faults, { workers: 1, servers: 1, code: 'PROCESS_DIED' });
      expect(notices.filter((line) => line.startsWith('warning')), `seed ${seed}`).toEqual([]);
      expect(savedRounds, `seed ${seed}`).toBeGreaterThan(2);
      expect(outcome.hash, `seed ${seed}`).toBe(undisturbed.get(1)?.hash);
    }
  });

  it('tells first of all why it ended, even if what is in the weights cannot be saved', async () => {
    const faults: Fault[] = [
      { moment: { role: 'worker', kind: 'push', occurrence: 4, andLater: true }, what: 'kill speaker', isSaid: false },
      { moment: { role: 'parameter-server', kind: 'stateCaptured', occurrence: 1 }, what: 'kill speaker', isSaid: false },
    ];
    const { outcome, run: { notices } } = await playToAnyEnd(3, { faults, lost: 0, doubled: 0 }, { workers: 1, servers: 1 });
    expect(outcome).toMatchObject({ error: { code: 'PROCESS_DIED', message: 'worker 1 died too often' } });
    expect(notices).toContainEqual(
      expect.stringMatching(/^warning: what is in the weights could not be saved: parameter-server-1 .+ ended/),
    );
  });

  it('ends when a server dies at every checkpoint, and keeps the last one', async () => {
    // The first of two groups of one server.
    const faults: Fault[] = [
      { moment: { role: 'parameter-server', kind: 'stateCaptured', occurrence: 3, andLater: true }, what: 'kill speaker', isSaid: false },
    ];
    const { outcome, run } = await playToAnyEnd(3, { faults, lost: 0, doubled: 0 }, { workers: 2, servers: 1 });
    expect(outcome).toMatchObject({ error: { code: 'PROCESS_DIED' } });
    expect(run.savedRounds).toBe(2);
  });

  it('says that it waits for a server that is silent, and that it is heard again', async () => {
    const faults: Fault[] = [{ moment: { atMs: 60 }, what: 'stop', role: 'parameter-server', pick: 0, forMs: 600 }];
    const {
      run: { notices },
    } = await playToAnyEnd(3, { faults, lost: 0, doubled: 0 });
    expect(notices.filter((line) => line.startsWith('parameter-server'))).toEqual([
      'parameter-server-1 (process 1 on here) is silent; the run waits for it, 3 s at most',
      'parameter-server-1 is heard again',
    ]);
  });

  it(
    `gets the same bits whatever dies, stops or is lost: ${SCHEDULES} schedules`,
    async () => {
      let faults = 0;
      for (let seed = FIRST_SEED; seed < FIRST_SEED + SCHEDULES; seed += 1) {
        const generator = xoroshiro128plus(seed);
        const plan = drawFaults(() => uniformFloat64(generator));
        const name = `schedule ${seed}: ${JSON.stringify(plan)}`;
        const servers = seed % 4 === 0 ? 2 : 1;
        const outcome = await play(seed, plan, { workers: 3, servers }).catch((error: unknown) => {
          throw new Error(name, { cause: error });
        });
        expect(outcome, name).toMatchObject(undisturbed.get(servers) as SimulatedOutcome);
        faults += outcome.happened;
      }
      expect(faults).toBeGreaterThan(SCHEDULES);
    },
    60_000 + 1000 * SCHEDULES,
  );
});
