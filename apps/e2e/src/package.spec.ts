import { execFile } from 'node:child_process';
import { cpSync, existsSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { cacheFolder } from '@lethe/config';
import * as face from '@lethe/lethe';
import { makeSmallData, NetworkHosts, whyNoHosts } from '@lethe/testing';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { lethe } from './lethe-process.js';
import { isThorough } from './thorough.js';

const WORKSPACE = resolve(import.meta.dirname, '../../..');
const { version } = JSON.parse(readFileSync(join(WORKSPACE, 'libs/lethe/package.json'), 'utf8')) as { version: string };
/** Programs of other Node versions, fetched by `nx run tools:nodes`. */
const others = JSON.parse(readFileSync(join(WORKSPACE, 'tools/generated/nodes-for-tests.json'), 'utf8')) as Record<string, string>;
/** docs/install.md says so. */
const LARGEST_INSTALLATION = 250e6;

/** Packages whose install script was read: see docs/install.md. A further one, and another version of these, is read before it is here. */
const READ_SCRIPTS = [
  'esbuild 0.28.2', // checks its program, which npm has put there with it; it fetches one only where npm was told to leave that out
  'zeromq 6.8.0', // loads the addon that is in the package, and builds it where there is none for the system
];

/** Outside of the workspace: the folders of somebody who has nothing but the archive, with a home and temporary files of their own. */
const machine = mkdtempSync(join(tmpdir(), 'lethe-package-'));
const [folder, folder22, home, temporary] = ['folder', 'folder-22', 'home', 'temporary'].map((name) => join(machine, name)) as
  [string, string, string, string];
/** With Node 22 where `node` is. npm is the one that is there. */
const on22 = { PATH: `${dirname(nodeOf('22'))}${delimiter}${process.env['PATH'] ?? ''}` };

function nodeOf(major: string): string {
  const [, node] = Object.entries(others).find(([name]) => name.startsWith(`${major}.`)) ?? [];
  if (node === undefined) throw new Error(`nodes-for-tests.json: expected Node ${major}, found ${Object.keys(others).join(', ')}`);
  return node;
}

interface Typed { readonly environment?: object; readonly cwd?: string }
interface Ended { readonly code: number; readonly output: string }

/** As somebody types it there: nothing that npm, Nx or vitest set for this test may reach it. */
function typed(command: string, argv: readonly string[], { environment = {}, cwd = folder }: Typed = {}): Promise<Ended> {
  const kept = Object.entries(process.env).filter(([name]) => !/^(INIT_CWD|NX_|npm_|VITEST|NODE_OPTIONS|NODE_ENV|LETHE_)/i.test(name));
  const npm = { npm_config_cache: npmCache, npm_config_update_notifier: 'false' };
  const own = { HOME: home, TMPDIR: temporary, LETHE_CACHE: cacheFolder(process.env) };
  const env = { ...Object.fromEntries(kept), ...npm, ...own, ...environment };
  return new Promise((resolve) => {
    execFile(command, argv, { cwd, env, maxBuffer: 2 ** 24 }, (error, out, err) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? 1), output: out + err });
    });
  });
}

/** What npm has fetched for the workspace need not be fetched again. */
let npmCache = '';
/** npx leaves it among the temporary files. */
const NPMS_OWN = 'node-compile-cache';

/** Size and time of the last change of everything below a folder. */
function treeOf(root: string): Map<string, string> {
  const entries = readdirSync(root, { recursive: true, encoding: 'utf8' });
  return new Map(entries.map((path) => {
    const { size, mtimeMs } = lstatSync(join(root, path));
    return [path, `${size} ${mtimeMs}`] as const;
  }));
}

function sizeOf(root: string): number {
  return readdirSync(root, { recursive: true, encoding: 'utf8' }).reduce((sum, path) => sum + lstatSync(join(root, path)).blocks * 512, 0);
}

/** What a program of a user has, and one mistake that the types must notice. */
const PROGRAM = `import { installTensorFlow, openRun, train, type Run } from '@lethe/lethe';

await installTensorFlow({ report: console.error });
const controller = new AbortController();
const run = train({ recipe: 'forget', beta: 0.05 }, { signal: controller.signal });
for await (const round of run) console.log(round.round);
const { folder } = await run.done;
const opened: Run = await openRun(folder);
console.log(opened.config.seed, opened.checkpoints.length);
// @ts-expect-error beta is a number
train({ beta: 'little' });
`;
const SMALL = ['--recipe', 'quick', '--data-dir', 'data', '--batch-size', '16', '--held-out', '8', '--no-grid', '--no-evaluation'];

const guide = readFileSync(join(WORKSPACE, 'docs/own-game.md'), 'utf8');
/** Games of one's own, which have nothing but the package. */
const EXAMPLES = readdirSync(join(WORKSPACE, 'examples')).filter((name) => existsSync(join(WORKSPACE, 'examples', name, 'game.ts'))).sort();

const NPM_FLAGS = ['--ignore-scripts=false', '--prefer-offline', '--no-audit', '--no-fund'];

/** Installs the archive in an empty folder, with data beside it. */
async function install(cwd: string): Promise<void> {
  mkdirSync(cwd);
  expect((await typed('npm', ['init', '-y'], { cwd })).code).toBe(0);
  const { code, output } = await typed('npm', ['install', ...NPM_FLAGS, join(WORKSPACE, `dist/lethe-${version}.tgz`)], { cwd });
  expect(code, output).toBe(0);
  makeSmallData(join(cwd, 'data'));
}

/** Installs what npm has put into a folder in another one, on another Node: what differs there is what install scripts do. */
async function installAgain(from: string, cwd: string, environment: object): Promise<void> {
  cpSync(from, cwd, { recursive: true, verbatimSymlinks: true });
  const { code, output } = await typed('npm', ['rebuild', ...NPM_FLAGS], { cwd, environment });
  expect(code, output).toBe(0);
}

const installed = (cwd: string): Map<string, string> => treeOf(join(cwd, 'node_modules/@lethe/lethe'));

/** Trains there, and looks whether that wrote anywhere else. @returns the hash of the weights */
async function trainThere(cwd: string, environment: object = {}): Promise<string> {
  const before = installed(cwd);
  const { code, output } = await typed('npx', ['lethe', 'train', ...SMALL, '--rounds', '6', '--name', 'own'], { cwd, environment });
  expect(code, output).toBe(0);
  expect(installed(cwd)).toEqual(before);
  expect(readdirSync(cwd).sort()).toEqual(['data', 'node_modules', 'package-lock.json', 'package.json', 'runs']);
  expect([...readdirSync(home), ...readdirSync(temporary).filter((name) => name !== NPMS_OWN)]).toEqual([]);
  return weightsOf(join(cwd, 'runs/own'));
}

function weightsOf(run: string): string {
  return (JSON.parse(readFileSync(join(run, 'summary.json'), 'utf8')) as { weights_sha256: string }).weights_sha256;
}

beforeAll(async () => {
  for (const place of [home, temporary]) mkdirSync(place);
  const environment = { HOME: process.env['HOME'], npm_config_cache: undefined };
  npmCache = (await typed('npm', ['config', 'get', 'cache'], { cwd: machine, environment })).output.trim();
  const packed = await typed(process.execPath, ['--import', 'tsx', 'tools/src/pack/main.ts'], { cwd: WORKSPACE });
  expect(packed.code, packed.output).toBe(0);
  expect((await typed('node', ['--version'], { cwd: machine, environment: on22 })).output).toMatch(/^v22\./);
  await install(folder);
  await installAgain(folder, folder22, on22);
  for (const name of readdirSync(temporary)) rmSync(join(temporary, name), { recursive: true }); // npm's, and the packing's
}, 300_000);
afterAll(() => { rmSync(machine, { recursive: true, force: true }); }, 60_000);

describe('the package, installed in an empty folder', () => {
  it('runs no install script that nobody has read', () => {
    const lock = JSON.parse(readFileSync(join(folder, 'node_modules/.package-lock.json'), 'utf8')) as {
      packages: Record<string, { version: string; hasInstallScript?: true }>;
    };
    const packages = Object.entries(lock.packages).filter(([, { hasInstallScript }]) => hasInstallScript === true);
    const withScripts = packages.map(([path, { version }]) => `${path.replace(/^.*node_modules\//, '')} ${version}`);
    expect(withScripts.sort(), 'packages that have an install script').toEqual(READ_SCRIPTS);
  });

  it('trains with the bits of the workspace, installed on Node 20 and on 22, and writes nowhere else', async () => {
    const there = SMALL.map((word) => (word === 'data' ? join(folder, 'data') : word));
    const own = await lethe(['train', ...there, '--rounds', '6', '--name', 'own', '--runs-dir', join(machine, 'runs')]);
    expect(own.code, own.output).toBe(0);
    const reference = weightsOf(join(machine, 'runs/own'));
    expect(await trainThere(folder)).toBe(reference);
    expect(await trainThere(folder22, on22)).toBe(reference);
  }, 180_000);

  it.runIf(isThorough && whyNoHosts() === null)('is copied to hosts that lack it, once, and has the same bits there', async () => {
    const data = join(machine, 'data');
    cpSync(join(folder, 'data'), data, { recursive: true });
    const network = await NetworkHosts.start({
      names: ['login', 'a', 'b'], sshd: true, environment: { LETHE_CACHE: cacheFolder(process.env) },
      // They have nothing of what is installed here.
      ownFolders: { a: [folder], b: [folder] },
    });
    try {
      network.introduce('login', ['a', 'b']);
      const [enter = '', ...onLogin] = network.on('login');
      const train = (name: string, hosts: string, ...more: string[]): Promise<Ended> => typed(enter, [
        ...onLogin, 'npx', 'lethe', 'train', ...SMALL.map((word) => (word === 'data' ? data : word)), '--identity', network.identity,
        '--hosts', hosts, '--name', name, ...more,
      ]);
      const refused = await train('refused', 'a', '--rounds', '1');
      expect([refused.code, refused.output]).toEqual([1, expect.stringMatching(/^error: .*a: expected Lethe .*found nothing there/m)]);
      const copying = await train('copied', 'a,b', '--rounds', '6', '--install');
      expect(copying.code, copying.output).toBe(0);
      for (const host of ['a', 'b']) {
        expect(copying.output).toContain(`${host}: copying Lethe ${version}, ${join(folder, 'node_modules')} (nothing is there)\n`);
        expect(copying.output).toMatch(new RegExp(`worker-\\d starts on ${host}\n`));
        expect(readdirSync(network.ownFolder(host, folder))).toEqual(['node_modules']);
      }
      expect(weightsOf(join(folder, 'runs/copied'))).toBe(weightsOf(join(folder, 'runs/own')));
      const again = await train('again', 'a', '--rounds', '1', '--install');
      expect(again.code, again.output).toBe(0);
      expect(again.output).not.toContain('copying');
    } finally {
      network.end();
    }
  }, 180_000);

  it('says its version, from a folder below too, and what the machine offers', async () => {
    mkdirSync(join(folder, 'below'));
    const said = await typed('npx', ['lethe', '--version'], { cwd: join(folder, 'below') });
    expect(said).toEqual({ code: 0, output: `${version}\n` });
    rmSync(join(folder, 'below'), { recursive: true });
    const doctor = await typed('npx', ['lethe', 'doctor']);
    expect(doctor.output).toMatch(/engine +native .*\n[^]*data +MNIST, 60000 training and 10000 test images\na step +runs/);
  }, 60_000);

  it('computes on WebAssembly where there is no native TensorFlow, and says so once; who asks for native gets the reason', async () => {
    const environment = { LETHE_TENSORFLOW: 'none' };
    const short = ['lethe', 'train', ...SMALL, '--rounds', '1', '--name'];
    const { code, output } = await typed('npx', [...short, 'wasm'], { environment });
    expect(code, output).toBe(0);
    expect(output.split('WebAssembly')).toHaveLength(2);
    const refused = await typed('npx', [...short, 'native', '--engine', 'native'], { environment });
    expect(refused.code).not.toBe(0);
    expect(refused.output).toContain('error: Native TensorFlow is not to be used: LETHE_TENSORFLOW is none.');
    expect(readdirSync(join(folder, 'runs'))).not.toContain('native');
  }, 120_000);

  it('is a library', async () => {
    const program = "import * as lethe from '@lethe/lethe';\nconsole.log(JSON.stringify(Object.keys(lethe)));\n";
    writeFileSync(join(folder, 'program.mjs'), program);
    const { code, output } = await typed(process.execPath, ['program.mjs']);
    expect(code, output).toBe(0);
    expect((JSON.parse(output) as string[]).sort()).toEqual(Object.keys(face).sort());
  }, 60_000);

  it('has types that compile in a program of its own, and refuse what is wrong', async () => {
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({
      compilerOptions: {
        module: 'nodenext', target: 'es2023', strict: true, noEmit: true, skipLibCheck: false,
        typeRoots: [join(WORKSPACE, 'node_modules/@types')], types: ['node'],
      },
      include: ['program.mts', '*/game.ts', '*/reader.ts'],
    }));
    writeFileSync(join(folder, 'program.mts'), PROGRAM);
    for (const example of EXAMPLES) cpSync(join(WORKSPACE, 'examples', example), join(folder, example), { recursive: true });
    const compiled = await typed(process.execPath, [join(WORKSPACE, 'node_modules/typescript/bin/tsc'), '-p', '.']);
    expect(compiled).toEqual({ code: 0, output: '' });
    for (const name of ['tsconfig.json', 'program.mts', ...EXAMPLES]) rmSync(join(folder, name), { recursive: true });
  }, 120_000);

  it('is not larger than docs/install.md says', () => {
    expect(sizeOf(join(folder, 'node_modules'))).toBeLessThan(LARGEST_INSTALLATION);
  });
});

interface Measured {
  readonly kept: readonly { readonly best: { readonly accuracy: { readonly value: number } } }[];
  readonly forgotten: readonly {
    readonly best: { readonly balanced_accuracy: { readonly value: number }; readonly auroc: { readonly value: number } };
  }[];
  readonly reconstruction: { readonly mean: number } | null;
}

describe("games of one's own, with nothing but the package", () => {
  const [people, windows, three] = EXAMPLES.map((example) => join(folder, example)) as [string, string, string];
  beforeAll(async () => {
    for (const example of EXAMPLES) cpSync(join(WORKSPACE, 'examples', example), join(folder, example), { recursive: true });
    for (const [cwd, program] of [[people, 'make-people.mjs'], [windows, 'make-recordings.mjs']] as const) {
      expect(await typed(process.execPath, [program], { cwd })).toEqual({ code: 0, output: '' });
    }
    cpSync(join(people, 'people'), join(three, 'people'), { recursive: true });
  });

  /** Commands of a page that begin in that way, without `npx`. */
  const commandsOf = (page: string, beginning: string): string[][] => (
    [...page.replaceAll(/ \\\n +/g, ' ').matchAll(/^ {4}npx (lethe .+)$/gm)].map(([, command = '']) => command)
      .filter((command) => command.startsWith(beginning)).map((command) => command.split(' '))
  );

  const trainingsOf = (cwd: string): string[][] => commandsOf(readFileSync(join(cwd, 'README.md'), 'utf8'), 'lethe train ');

  /** The command that the example's README has for its figures. */
  const commandOf = (cwd: string): string[] => trainingsOf(cwd)[0] ?? [];

  const withoutEpochs = (command: readonly string[]): string[] => (
    command.filter((word, index, words) => word !== '--epochs' && words[index - 1] !== '--epochs')
  );

  /** Without npx, which takes half a second to find the same program. Tests above show that it does. */
  const typedAt = (cwd: string, [program = '', ...argv]: readonly string[]): Promise<Ended> => (
    typed(join(folder, 'node_modules/.bin', program), argv, { cwd })
  );

  async function completed(cwd: string, command: readonly string[]): Promise<void> {
    const { code, output } = await typedAt(cwd, command);
    expect(code, output).toBe(0);
  }

  const read = (...path: string[]): unknown => JSON.parse(readFileSync(join(...path), 'utf8'));
  const measured = (cwd: string, name: string): Measured => read(cwd, 'runs', name, 'evaluation.json') as Measured;

  /** Who of the test rows is hired, as well as can be computed; nothing tells the group. */
  function expectBestOfPeople({ kept, forgotten }: Measured): void {
    const rows = readFileSync(join(people, 'people/table.csv'), 'utf8').trim().split('\n').slice(1).map((line) => line.split(','));
    const tests = rows.filter((row) => row.at(-1) === 'test');
    const best = tests.filter(([test, school, , hired]) => (Number(test) > Number(school)) === (hired === 'yes')).length / tests.length;
    expect(best - (kept[0]?.best.accuracy.value ?? 0)).toBeLessThan(0.02);
    expect(forgotten[0]?.best.balanced_accuracy.value).toBeLessThan(0.52);
  }

  it('the first commands of the guide write a game whose test passes, which trains it', async () => {
    const [command = []] = commandsOf(guide, 'lethe new game ');
    await completed(folder, command);
    const cwd = join(folder, command.at(-1) ?? '');
    const { output } = await typed(process.execPath, ['--test', '--test-reporter', 'tap'], { cwd });
    expect(output).toMatch(/^# pass 2$/m);
  }, 120_000);

  it('the guide has the code of own-game, piece by piece', () => {
    const pieces = [...guide.matchAll(/^```ts\n([^]*?)^```$/gm)].map(([, code = '']) => code.trim());
    const [, ...game] = readFileSync(join(people, 'game.ts'), 'utf8').split('\n').filter((line) => line !== '');
    expect(pieces.flatMap((piece) => piece.split('\n')).filter((line) => line.trim() !== '').map((line) => line.trim()))
      .toEqual(game.map((line) => line.trim()));
  });

  it('the commands of the guide keep and forget as far as can be computed, and try settings', async () => {
    const commands = [...commandsOf(guide, 'lethe train '), ...commandsOf(guide, 'lethe sweep ')];
    expect(commands).toHaveLength(3);
    for (const command of commands) await completed(people, command);
    expectBestOfPeople(measured(people, 'people'));
    const front = join(people, 'runs/front');
    for (const [trial, beta] of [['001', 0], ['002', 2]] as const)
      expect(read(front, 'trials', trial, 'config.json')).toMatchObject({ objective: { kind: 'own', game: 'people', beta } });
    expect(existsSync(join(front, 'pareto.svg'))).toBe(true);
  }, 180_000);

  it('sensor-windows reads what is done, of an unseen device too; one worker has the bits of four of which one is killed', async () => {
    const command = [
      ...withoutEpochs(commandOf(windows)), '--epochs', '2', '--batch-size', '64', '--learning-rate', '0.005', '--no-evaluation',
      '--set', 'data.own.settings.leaveOut=dune', '--shards', '4', '--heartbeat-seconds', '0.25',
    ];
    const training = ['4', '1'].map((workers) => typedAt(windows, [...command, '--workers', workers, '--name', `killed-of-${workers}`]));
    const run = join(windows, 'runs/killed-of-4');
    const worker = await vi.waitFor(() => {
      expect(readFileSync(join(run, 'metrics.jsonl'), 'utf8')).toMatch(/"round":3\b/);
      const [last] = [...readFileSync(join(run, 'logs/coordinator.jsonl'), 'utf8').matchAll(/"member":"worker-4","processId":(\d+)/g)];
      return Number(last?.[1]);
    }, { timeout: 60_000, interval: 20 });
    process.kill(worker, 'SIGKILL');
    const [killed, alone] = await Promise.all(training);
    expect([killed?.code, killed?.output]).toEqual([0, expect.stringMatching(/worker-4 .*again/)]);
    expect(alone?.code, alone?.output).toBe(0);
    expect(weightsOf(run)).toBe(weightsOf(join(windows, 'runs/killed-of-1')));
    expect((read(run, 'summary.json') as { test: { activity_accuracy: number } }).test.activity_accuracy).toBeGreaterThan(0.98);
  }, 180_000);

  it('three-players is played', async () => {
    await completed(three, [...withoutEpochs(commandOf(three)), '--rounds', '4', '--workers', '1', '--no-evaluation', '--name', 'short']);
    expect(read(three, 'runs/short/summary.json')).toMatchObject({ ending: 'completed', rounds: 4 });
  }, 120_000);

  describe.runIf(isThorough)('at length', () => {
    const WORKERS = ['1', '2', '4'];
    it.each(EXAMPLES)('%s has the same bits with one worker and with more', async (example) => {
      const cwd = join(folder, example);
      const command = [...withoutEpochs(commandOf(cwd)), '--shards', '4', '--no-evaluation', '--rounds', '6'];
      await Promise.all(WORKERS.map((workers) => completed(cwd, [...command, '--workers', workers, '--name', `of-${workers}`])));
      for (const workers of WORKERS) expect(weightsOf(join(cwd, `runs/of-${workers}`)), workers).toBe(weightsOf(join(cwd, 'runs/of-1')));
    }, 180_000);

    it.each(EXAMPLES)('%s gives what its README says', async (example) => {
      const cwd = join(folder, example);
      const [training = [], ...others] = trainingsOf(cwd);
      for (const other of others) await completed(cwd, other);
      await completed(cwd, [...training, '--probes', 'linear,mlp', '--name', 'long']);
      const evaluation = measured(cwd, 'long');
      const { kept: [kept], forgotten: [forgotten], reconstruction } = evaluation;
      if (cwd === people) expectBestOfPeople(evaluation);
      if (cwd === windows) {
        expect(kept?.best.accuracy.value).toBeGreaterThan(0.98);
        expect(forgotten?.best.balanced_accuracy.value).toBeLessThan(0.3);
      }
      if (cwd === three) {
        expect(reconstruction?.mean).toBeLessThan(0.06);
        expect(forgotten?.best.auroc.value).toBeLessThan(0.68);
      }
    }, 300_000);

    it('sensor-windows is read by a fresh probe too of a device from which nothing was learnt', async () => {
      const leftOut = ['--epochs', '12', '--set', 'data.own.settings.leaveOut=dune', '--probes', 'linear', '--name', 'left-out'];
      await completed(windows, [...withoutEpochs(commandOf(windows)), ...leftOut]);
      expect(measured(windows, 'left-out').kept[0]?.best.accuracy.value).toBeGreaterThan(0.98);
    }, 180_000);
  });
});
