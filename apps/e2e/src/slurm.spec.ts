import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { status, type RunStatus } from '@lethe/lethe';
import { makeSmallData, SlurmCluster, standInNvidiaSmi, whyNoSlurm } from '@lethe/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFailed, vi } from 'vitest';

const LETHE = fileURLToPath(new URL('../../coordinator/dist/main.js', import.meta.url));
const GUIDE = readFileSync(fileURLToPath(new URL('../../../docs/slurm.md', import.meta.url)), 'utf8');
const COMMANDS = [...GUIDE.replaceAll(/ \\\n +/g, ' ').matchAll(/^ {4}npx lethe (.+)$/gm)].map(([, command = '']) => command);
/** Of a busy machine, for one thing and for a whole test: nothing here waits for time. */
const [PATIENCE_MS, TEST_MS] = [120_000, 360_000];
/** So many that something can happen to a run in the middle. */
const ROUNDS = 200;
/** Of a run of a sweep: one that begins again does so after its first rounds. */
const SWEPT_ROUNDS = 80;
/** Settings of all runs. */
const FACES = {
  recipe: 'quick', batchSize: 16, rounds: ROUNDS, epochs: null, grid: false, evaluation: false, seed: 7,
  data: { kind: 'idx', folder: 'data', heldOut: 12 },
};

const reason = whyNoSlurm();
const wanted = process.env['LETHE_TEST_SLURM'] ?? '';
it.runIf(['required', 'all'].includes(wanted))('has a Slurm to be tested with', () => { expect(reason).toBeNull(); });
/** What takes minutes, most of them Slurm's own waiting: `npx nx run e2e:slurm` has it. */
const thorough = it.runIf(wanted === 'all');

describe.skipIf(reason !== null)(`on a real Slurm${reason === null ? '' : ` (skipped: ${reason})`}`, () => {
  let cluster: SlurmCluster;
  let folder: string;
  /** Weights of the run that is played here. */
  let expected: Promise<string>;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'lethe-slurm-runs-'));
    makeSmallData(join(folder, 'data'));
    writeFileSync(join(folder, 'faces.json'), JSON.stringify(FACES));
    cluster = await SlurmCluster.start({
      nodes: ['a', 'b', 'c'], cores: 2, gpus: 2, partition: 'gpu', environment: process.env,
      urgent: { partition: 'urgent', graceSeconds: 30 },
    });
    expected = lethe('train', '--workers', '1', '--config', 'faces.json', '--name', 'here').then(() => weights('here'));
    expected.catch(() => undefined); // thrown where it is awaited
  }, TEST_MS);
  beforeEach(() => { onTestFailed(async () => { process.stderr.write(`${await cluster.report()}\n`); }); });
  afterAll(async () => {
    await cluster.close();
    rmSync(folder, { recursive: true, force: true });
  }, TEST_MS);

  /** What a user types on the login node. @returns what it printed */
  function lethe(...argv: readonly string[]): Promise<string> {
    return letheWith(cluster.environment, argv);
  }
  function letheWith(env: SlurmCluster['environment'], argv: readonly string[]): Promise<string> {
    return new Promise((resolve, reject) => {
      execFile(process.execPath, [LETHE, ...argv], { cwd: folder, env }, (error, stdout, stderr) => {
        if (error === null) resolve(stdout);
        else reject(new Error(`${stdout}${stderr}`, { cause: error }));
      });
    });
  }
  /** A command of the guide, perhaps with another run's name. */
  function guided(begin: string, name = 'faces', ...more: readonly string[]): Promise<string> {
    const command = COMMANDS.find((text) => text.startsWith(begin)) ?? '';
    return lethe(...[...command.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain = '']) => quoted ?? plain)
      .map((word) => (word === 'faces' ? name : word)), ...more);
  }
  const until = (isSo: () => void | Promise<void>): Promise<void> => vi.waitFor(isSo, { timeout: PATIENCE_MS, interval: 100 });
  const look = (run: string): Promise<RunStatus> => status(run, { folder, environment: cluster.environment });
  const printed = (run: string): string => {
    const file = join(folder, 'runs', run, 'job/output.txt');
    return existsSync(file) ? readFileSync(file, 'utf8') : '';
  };
  /** Rounds that a run has written down. */
  const played = (run: string): number => {
    const file = join(folder, 'runs', run, 'metrics.jsonl');
    return existsSync(file) ? readFileSync(file, 'utf8').split('\n').length - 1 : 0;
  };
  const plays = (run: string, rounds: number): Promise<void> =>
    vi.waitFor(() => { expect(played(run)).toBeGreaterThanOrEqual(rounds); }, { timeout: PATIENCE_MS, interval: 20 });
  const isOver = async (run: string): Promise<string> => {
    const ENDINGS = ['COMPLETED', 'FAILED', 'CANCELLED', 'TIMEOUT', 'NODE_FAIL'];
    await until(async () => {
      const { job } = await look(run);
      expect(ENDINGS, `${JSON.stringify(job)}\n${printed(run)}`).toContain(job?.state);
    });
    return (await look(run)).job?.state ?? '';
  };
  const weights = (run: string): string =>
    (JSON.parse(readFileSync(join(folder, 'runs', run, 'summary.json'), 'utf8')) as { weights_sha256: string }).weights_sha256;

  it('all commands of the guide are these', () => {
    expect(COMMANDS.map((command) => command.split(' ').filter((word) => !/^\d|^gpu$|^faces|-worker$/.test(word)).join(' '))).toEqual([
      'train --on slurm --workers --partition --time --config --name', 'status', 'cancel',
      'train --on slurm --workers --partition --resume', 'train --on slurm --workers --partition --config --dry-run',
      'train --on slurm --workers --partition --config --name --script-out',
      'sweep --on slurm --trials-at-once --workers --partition --config --beta --seed --halving held_out/reconstruction_mse --name betas',
      'sweep --on slurm --job-array --trials-at-once --workers --partition --config --beta --seed --name tasks',
    ]);
  });

  it('a run whose job is queued again has the bits of a run of this machine, and says how it is', async () => {
    const said = await guided('train --on slurm');
    expect(said).toMatch(/^job \d+ of Slurm plays faces\n {2}tail -F runs\/faces\/job\/output\.txt +follows it\n/);
    const id = /^job (\d+)/.exec(said)?.[1] ?? '';
    await plays('faces', 3);
    // As two minutes before its time is over.
    await cluster.command('scancel', '--signal=HUP', '--batch', id);
    await until(() => { expect(printed('faces')).toMatch(/it waits in the queue again/); });
    expect(await guided('status')).toMatch(/^runs\/faces\n {2}interrupted\n {2}\d+ of \d+ rounds played\n[^]* {2}job \d+ of Slurm: /);
    expect([...printed('faces').matchAll(/^worker-\d starts on (\w)$/gm)].map(([, node]) => node).sort()).toEqual(['a', 'b']);
    expect(await isOver('faces'), printed('faces')).toBe('COMPLETED');
    expect(printed('faces')).toMatch(/saving a checkpoint[^]*it waits in the queue again, and goes on\n[^]*completed {14}200 rounds/);
    expect(weights('faces')).toBe(await expected);
  }, TEST_MS);

  thorough('a run whose coordinator is lost with its node is queued again, and goes on with the same bits', async () => {
    await guided('train --on slurm', 'robust');
    await plays('robust', 3);
    expect((await look('robust')).job?.nodes).toBe('a,b');
    await cluster.killNode('a');
    const ending = await isOver('robust');
    cluster.startNode('a');
    await cluster.waitForNode('a', 'idle');
    expect(ending, printed('robust')).toBe('COMPLETED');
    expect(printed('robust')).toMatch(/^worker-\d starts on c$/m);
    expect(weights('robust')).toBe(await expected);
  }, TEST_MS);

  thorough('a run that keeps its job goes on without a node of workers, with the same bits', async () => {
    const command = COMMANDS.find((text) => text.startsWith('train --on slurm'))?.replaceAll(/--name faces/g, '--name kept') ?? '';
    await lethe(...command.split(' '), '--sbatch', 'no-kill');
    await plays('kept', 3);
    // The coordinator is on the first.
    const lost = /^(worker-\d) starts on b$/m.exec(printed('kept'))?.[1] ?? '';
    await cluster.killNode('b');
    const ending = await isOver('kept');
    // What follows has it again.
    cluster.startNode('b');
    await cluster.waitForNode('b', 'idle');
    expect(ending, printed('kept')).toBe('COMPLETED');
    expect(printed('kept')).toMatch(new RegExp(`^${lost} .*; its shards are computed by worker-\\d$`, 'm'));
    expect(weights('kept')).toBe(await expected);
  }, TEST_MS);

  /** What a run of so many rounds prints that saves in time, and goes on. */
  const savedInTime = (rounds: number): RegExp => (
    new RegExp(`SIGHUP: finishing the round and saving[^]*it waits in the queue again, and goes on\n[^]*completed {14}${rounds} rounds`)
  );

  thorough('a run whose time is over saves, waits in the queue again, and goes on with the same bits', async () => {
    // Slurm looks at its clocks every half a minute, until when it must not be done.
    const [rounds, flags] = [900, ['--rounds', '900']];
    const command = COMMANDS.find((text) => text.startsWith('train --on slurm'))?.replace('--name faces', '--name timed') ?? '';
    await lethe(...command.split(' '), ...flags);
    await plays('timed', 3);
    const id = (await look('timed')).job?.id ?? '';
    await cluster.command('scontrol', 'update', `jobid=${id}`, 'timelimit=2');
    await until(() => { expect(printed('timed')).toMatch(/it waits in the queue again/); });
    const left = played('timed');
    await cluster.command('scontrol', 'update', `jobid=${id}`, 'timelimit=60');
    await lethe('train', '--workers', '1', '--config', 'faces.json', '--name', 'long', ...flags);
    expect(await isOver('timed'), printed('timed')).toBe('COMPLETED');
    expect(left).toBeLessThan(rounds);
    expect(printed('timed')).toMatch(savedInTime(rounds));
    expect(weights('timed')).toBe(weights('long'));
  }, TEST_MS);

  /** Has a job of more importance take all nodes. @returns what ends it */
  const takeAllNodes = async (): Promise<() => Promise<void>> => {
    const id = await cluster.command(
      'sbatch', '--parsable', '--partition=urgent', '--nodes=3', '--exclusive', `--chdir=${folder}`, '--output=/dev/null',
      '--wrap=sleep 600',
    );
    return async () => { await cluster.command('scancel', id); };
  };

  thorough('a run that has to make room saves in the time that it has for that, and goes on later with the same bits', async () => {
    await guided('train --on slurm', 'pushed');
    await plays('pushed', 3);
    const giveBack = await takeAllNodes();
    await until(() => { expect(printed('pushed')).toMatch(/it waits in the queue again/); });
    const left = played('pushed');
    expect((await look('pushed')).run).toMatchObject({ state: 'interrupted' });
    await giveBack();
    expect(await isOver('pushed'), printed('pushed')).toBe('COMPLETED');
    expect(left).toBeLessThan(ROUNDS);
    expect(printed('pushed')).toMatch(savedInTime(ROUNDS));
    expect(weights('pushed')).toBe(await expected);
  }, TEST_MS);

  thorough('workers see a GPU of their own each, and nothing computes in its place', async () => {
    const tools = join(folder, 'tools');
    mkdirSync(tools);
    const cards = ['Card 0', 'Card 1'].map((model, index) => ({ model, uuid: `GPU-${String(index).repeat(8)}` }));
    const environment = { ...cluster.environment, PATH: standInNvidiaSmi(tools, cards, process.env['PATH'] ?? '') };
    const wanted = ['--workers', '3', '--cores-per-worker', '1', '--gpus-per-worker', '1', '--partition', 'gpu'];
    await letheWith(environment, ['train', '--on', 'slurm', ...wanted, '--config', 'faces.json', '--name', 'devices']);
    const workers = ['worker-1', 'worker-2', 'worker-3'];
    // TensorFlow for processors refuses what Slurm has given.
    const seen = (worker: string): string | undefined => {
      const log = join(folder, 'runs/devices/logs', `${worker}.log`);
      return existsSync(log) ? /found (Card \d): not used/.exec(readFileSync(log, 'utf8'))?.[1] : undefined;
    };
    await until(() => { for (const worker of workers) expect(seen(worker)).toBeDefined(); });
    const nodeOf = (worker: string): string => new RegExp(`^${worker} starts on (\\w)$`, 'm').exec(printed('devices'))?.[1] ?? '';
    const places = workers.map((worker) => `${nodeOf(worker)} ${seen(worker) ?? ''}`);
    expect(places.sort()).toEqual(['a Card 0', 'a Card 1', 'b Card 0']);
    expect(await isOver('devices')).toBe('FAILED');
    const lacks = 'expected 1 GPU that can be computed on, found ';
    const how = '.*Card \\d: not used.* \\(exit code 6 on \\w; ';
    const twice = 'is not started again after 2 lives that ended alike: ';
    expect(printed('devices')).toMatch(new RegExp(`^worker-1 ended while starting: ${lacks}${how}`, 'm'));
    expect(printed('devices')).toMatch(new RegExp(`^error: .*worker-\\d ${twice}${lacks}`, 'm'));
  }, TEST_MS);

  it('a job that is cancelled leaves no process, no step and no secret, and what it saved can be gone on with', async () => {
    await guided('train --on slurm', 'short');
    await plays('short', 3);
    expect(await guided('cancel', 'short')).toMatch(/^job \d+ of Slurm ends after the round under way, with a checkpoint\n$/);
    await isOver('short');
    expect((await look('short')).run).toMatchObject({ state: 'interrupted' });
    const left = played('short');
    expect(left).toBeLessThan(ROUNDS);
    await guided('train --on slurm --workers 2 --cores-per-worker 2 --partition gpu --resume', 'short');
    await plays('short', left + 1);
    // Rudely this time.
    const { job } = await look('short');
    await cluster.command('scancel', job?.id ?? '');
    await isOver('short');
    await until(() => { expect(cluster.processesOf(job?.id ?? '')).toEqual([]); });
    expect(await cluster.command('squeue', '--noheader', '--steps')).toBe('');
    const secrets = join(folder, 'runs/short/placed');
    expect(existsSync(secrets) ? readdirSync(secrets) : []).toEqual([]);
  }, TEST_MS);

  it('a job is shown before there is one, and written to be kept', async () => {
    await expected;
    const before = readdirSync(join(folder, 'runs'));
    expect(await guided('train --on slurm --workers 2 --gpus-per-worker 1 --partition gpu --config faces.json --dry-run')).toMatch(
      /#!\/bin\/bash\n#SBATCH --job-name=[\d-]+\n#SBATCH --ntasks=2\n#SBATCH --gpus-per-task=1\n#SBATCH --partition=gpu\n/,
    );
    const planned = await lethe(
      'train', '--on', 'slurm', '--workers', '2', '--partition', 'gpu', '--config', 'faces.json', '--dry-run', '--json',
    );
    const asked = expect.stringMatching(/^#!\/bin\/bash\n[^]*\n#SBATCH --partition=gpu\n/) as unknown;
    expect(JSON.parse(planned)).toMatchObject({ script: asked });
    const swept = await guided('sweep --on slurm --job-array', 'faces', '--dry-run', '--json');
    expect(JSON.parse(swept)).toMatchObject({
      trials: expect.arrayContaining([{ name: '004', values: expect.objectContaining({ seed: 2 }) as unknown }]) as unknown,
      script: expect.stringContaining('#SBATCH --array=1-4%2\n') as unknown,
    });
    const command = COMMANDS.find((text) => text.endsWith('--script-out faces.sh')) ?? '';
    expect(await lethe(...command.split(' '))).toBe('faces.sh\n');
    const script = readFileSync(join(folder, 'faces.sh'), 'utf8');
    expect(script).toMatch(/^exec \/.* train --on slurm --workers 2 --gpus-per-worker 1 --config faces\.json --name faces-2$/m);
    expect(readdirSync(join(folder, 'runs'))).toEqual(before);
  }, TEST_MS);

  /** Rounds that the trials of a sweep have written down, in order. */
  const roundsOf = (sweep: string, trial: string): number[] => {
    const file = join(folder, 'runs', sweep, 'trials', trial, 'metrics.jsonl');
    const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter((line) => line.startsWith('{"kind":"round"')) : [];
    return lines.map((line) => (JSON.parse(line) as { round: number }).round);
  };
  const inOrder = (rounds: readonly number[]): number[] => rounds.map((_, index) => index + 1);
  const playedOn = (text: string, trial = '\\d+'): string[] =>
    [...text.matchAll(new RegExp(`^${trial} is played on (\\w)$`, 'gm'))].map(([, node = '']) => node);

  it('a sweep has three places, and halving across them; queued again, it plays what is not done', async () => {
    writeFileSync(join(folder, 'faces.json'), JSON.stringify({ ...FACES, rounds: SWEPT_ROUNDS }));
    await guided('sweep');
    await until(() => { expect(printed('betas')).toMatch(/^\d+ +(completed|stopped) /m); });
    const done = [...printed('betas').matchAll(/^(\d+) +(?:completed|stopped) /gm)].map(([, trial = '']) => trial);
    await cluster.command('scancel', '--signal=HUP', '--batch', (await look('betas')).job?.id ?? '');
    await until(() => { expect(printed('betas')).toMatch(/it waits in the queue again/); });
    expect(await isOver('betas'), printed('betas')).toBe('COMPLETED');
    const { trials } = JSON.parse(readFileSync(join(folder, 'runs/betas/sweep.json'), 'utf8')) as {
      trials: { name: string; state: string; attempts: number }[];
    };
    expect(trials.map(({ attempts }) => attempts)).toEqual([1, 1, 1, 1]);
    expect(trials.map(({ state }) => state)).toContain('stopped');
    expect(new Set(playedOn(printed('betas'))).size).toBe(3);
    for (const trial of done) expect(playedOn(printed('betas'), trial), printed('betas')).toHaveLength(1);
    for (const { name } of trials) expect(roundsOf('betas', name)).toEqual(inOrder(roundsOf('betas', name)));
  }, TEST_MS);

  thorough('a sweep that has to make room has all of its runs save in the time that it has, and goes on with them later', async () => {
    const rounds = 120;
    writeFileSync(join(folder, 'longer.json'), JSON.stringify({ ...FACES, rounds }));
    const tried = ['--beta', '0.1,0.2', '--seed', '1,2', '--workers', '1', '--cores-per-worker', '2', '--partition', 'gpu'];
    await lethe('sweep', '--on', 'slurm', '--trials-at-once', '3', ...tried, '--config', 'longer.json', '--name', 'yielding');
    const running = ['001', '002', '003'];
    await until(() => { for (const trial of running) expect(roundsOf('yielding', trial).length).toBeGreaterThan(2); });
    const giveBack = await takeAllNodes();
    await until(() => { expect(printed('yielding')).toMatch(/it waits in the queue again/); });
    for (const trial of running) {
      expect((await look(`yielding/trials/${trial}`)).run).toMatchObject({ state: 'interrupted', remark: '' });
      const left = roundsOf('yielding', trial).length;
      expect(left).toBeLessThan(rounds);
      const saved = readdirSync(join(folder, 'runs/yielding/trials', trial, 'checkpoints'));
      expect(saved).toContain(`round-${String(left).padStart(6, '0')}.safetensors`);
    }
    await giveBack();
    expect(await isOver('yielding'), printed('yielding')).toBe('COMPLETED');
    expect([...running, '004'].map((trial) => playedOn(printed('yielding'), trial).length)).toEqual([2, 2, 2, 1]);
    for (const trial of [...running, '004']) expect(roundsOf('yielding', trial)).toEqual(inOrder(Array.from({ length: rounds })));
    await lethe('train', '--beta', '0.1', '--seed', '2', '--workers', '1', '--config', 'longer.json', '--name', 'undisturbed');
    expect(weights('yielding/trials/002')).toBe(weights('undisturbed'));
  }, TEST_MS);

  thorough('a sweep is played by the tasks of a job array; one that begins again goes on with its own', async () => {
    const command = COMMANDS.find((text) => text.includes('--job-array'))?.split(' ') ?? [];
    expect(await lethe(...command, '--dry-run')).toMatch(/^4 trials, 2 at once\n[^]*\n#SBATCH --array=1-4%2\n#SBATCH --ntasks=1\n/);
    expect(existsSync(join(folder, 'runs/tasks'))).toBe(false);
    expect(await lethe(...command)).toMatch(/^job \d+ of Slurm plays tasks\n {2}runs\/tasks\/job\/output-\*\.txt {4}take what its tasks/);
    const id = (await look('tasks')).job?.id ?? '';
    await until(() => { expect(roundsOf('tasks', '002').length).toBeGreaterThan(2); });
    // Rudely, as for want of room: what it was doing is left behind.
    await cluster.command('scontrol', 'requeue', `${id}_2`);
    expect(await lethe('status', 'tasks')).toMatch(/ {2}job \d+ of Slurm: (RUNNING|PENDING)[^]*\n {2}tasks: /);
    const printedBy = (task: number): string => readFileSync(join(folder, `runs/tasks/job/output-${task}.txt`), 'utf8');
    expect(await isOver('tasks'), await cluster.report()).toBe('COMPLETED');
    expect((await look('tasks')).run).toMatchObject({ state: 'complete', played: { done: 4, total: 4 } });
    expect([1, 2, 3, 4].map((task) => playedOn(printedBy(task)).length)).toEqual([1, 2, 1, 1]);
    for (const trial of ['001', '002', '003', '004']) {
      expect(roundsOf('tasks', trial)).toEqual(inOrder(Array.from({ length: SWEPT_ROUNDS })));
      expect(readFileSync(join(folder, 'runs/tasks/sweep.csv'), 'utf8')).toMatch(new RegExp(`^${trial},completed,`, 'm'));
    }
    // Where both played to the end, what one job and an array came to is the same.
    const same = ['001', '002', '003', '004'].filter((trial) => roundsOf('betas', trial).length === SWEPT_ROUNDS);
    expect(same).not.toEqual([]);
    for (const trial of same) expect(weights(`tasks/trials/${trial}`)).toBe(weights(`betas/trials/${trial}`));
  }, TEST_MS);

  thorough('tasks of a job array that have to make room save, and go on with their own: none of what is done is played again', async () => {
    writeFileSync(join(folder, 'faces.json'), JSON.stringify({ ...FACES, rounds: SWEPT_ROUNDS }));
    const command = COMMANDS.find((text) => text.includes('--job-array'))?.replace('--name tasks', '--name thrown') ?? '';
    await lethe(...command.split(' '), '--halving', 'held_out/reconstruction_mse', '--first-rung', '20');
    // The last has the number of the whole array.
    await until(() => { expect(roundsOf('thrown', '004').length).toBeGreaterThan(2); });
    const printedBy = (task: number): string => readFileSync(join(folder, `runs/thrown/job/output-${task}.txt`), 'utf8');
    const giveBack = await takeAllNodes();
    await until(() => { expect(printedBy(4)).toMatch(/it waits in the queue again/); });
    await giveBack();
    expect(await isOver('thrown'), await cluster.report()).toBe('COMPLETED');
    const { run } = await look('thrown');
    expect(run).toMatchObject({ state: 'complete', played: { done: 4, total: 4 } });
    const lives = [1, 2, 3, 4].map((task) => playedOn(printedBy(task)).length);
    expect([lives[0], lives[1], lives[3]]).toEqual([1, 1, 2]);
    for (const trial of ['001', '002', '003', '004']) expect(roundsOf('thrown', trial)).toEqual(inOrder(roundsOf('thrown', trial)));
    // Which are stopped depends on who comes first; the second is done long before.
    const single = ['--beta', '0.1', '--seed', '2', '--workers', '1', '--config', 'faces.json', '--name', 'single'];
    await lethe('train', ...single);
    expect(weights('thrown/trials/002')).toBe(weights('single'));
  }, TEST_MS);
});
