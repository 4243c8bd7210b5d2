import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { mergeConfig, PROBES, RECIPE_NAMES, valueAt } from '@lethe/config';
import { LetheError } from '@lethe/errors';
import type { Command, PrintCommand, TrainCommand } from './command.js';
import { COMMON_FLAGS, NOT_PROFILED } from './common-flags.js';
import { parseCommandLine } from './parse-command-line.js';
import { GENERAL_HELP } from './help-texts.js';
import { buildProgram } from './program.js';
import { CONFIG_FLAGS, type ConfigFlag } from '@lethe/config/flags';

const parse = (...argv: string[]): Command => parseCommandLine(argv, { folder: '/home/user', version: '1.2.3' });

function train(...argv: string[]): TrainCommand {
  const command = parse('train', ...argv);
  if (command.kind !== 'train') throw new Error(`expected train, found ${command.kind}`);
  return command;
}

function refusal(...argv: string[]): string {
  try {
    parse(...argv);
  } catch (error) {
    if (error instanceof LetheError && error.code === 'CONFIG_INVALID') return error.message;
    throw error;
  }
  throw new Error(`expected ${argv.join(' ')} to be refused`);
}

/** Names that Nx or its run-commands executor keeps for itself, even after two dashes. */
const KEPT_BY_NX = [
  'args', 'command', 'commands', 'cwd', 'env', 'envFile', 'env-file', 'color', 'tty', 'verbose', 'parallel', 'readyWhen', 'ready-when',
  'forwardAllArgs', 'forward-all-args', 'usePty', 'streamOutput', '__unparsed__',
];

function flagsOf(name: string): string[] {
  const program = buildProgram('0', { print: () => undefined, typed: () => undefined });
  const command = program.commands.find((candidate) => candidate.name() === name);
  return (command?.options ?? []).map(({ flags }) => flags);
}

/** What flags that were not given say of other machines. */
const HERE = {
  on: undefined, coresPerWorker: undefined, gpusPerWorker: undefined, hosts: undefined,
  ray: { address: undefined, python: undefined, ownCores: undefined, waitSeconds: undefined },
  job: { partition: undefined, account: undefined, time: undefined, sbatch: [], scriptOut: undefined },
};

describe('the flags', () => {
  it('are these; a name that was published stays', () => {
    expect(flagsOf('train')).toMatchInlineSnapshot(`
      [
        "--recipe <recipe>",
        "--game <module>",
        "--data-dir <dir>",
        "--keep <columns>",
        "--forget <columns>",
        "--fairness <parity|odds>",
        "--target <domain>",
        "--beta <number>",
        "--latent-size <count>",
        "--epochs <count>",
        "--resume <run>",
        "--seed <count>",
        "--seeds <seeds>",
        "--workers <count>",
        "--on <slurm|ray>",
        "--threads <count>",
        "--listen <address>",
        "--no-evaluation",
        "--probes <probes>",
        "--no-grid",
        "--name <name>",
        "--runs-dir <dir>",
        "--quiet",
        "--init-from <run>",
        "--rounds <count>",
        "--batch-size <count>",
        "--forget-from-inputs",
        "--rebuild",
        "--no-rebuild",
        "--rebuild-weight <number>",
        "--separately",
        "--balanced",
        "--encoder <word>",
        "--encoder-width <count>",
        "--encoder-depth <count>",
        "--encoder-most-maps <count>",
        "--encoder-normalisation <batch|instance>",
        "--decoder-upsampling <transposed|nearest>",
        "--hiding <word>",
        "--beta-ramp-rounds <count>",
        "--encoder-dropout <number>",
        "--decoder-dropout <number>",
        "--bottleneck <word>",
        "--bottleneck-weight <number>",
        "--averaging <number>",
        "--classifier-turns <count>",
        "--batch-per <round|step>",
        "--frozen-mode <word>",
        "--eraser-couplings <count>",
        "--eraser-covariances",
        "--no-eraser-covariances",
        "--eraser-least-variance <number>",
        "--eraser-learns-with <encoder|classifier>",
        "--eraser-width <count>",
        "--shards <count>",
        "--adversary <word>",
        "--adversary-width <count>",
        "--adversary-depth <count>",
        "--adversary-activation <relu|tanh>",
        "--adversary-dropout <number>",
        "--adversary-reads <mean|sample>",
        "--adversary-standardise",
        "--adversary-spectral-norm",
        "--adversaries <count>",
        "--adversary-fresh-every <count>",
        "--learning-rate <number>",
        "--encoder-learning-rate <number>",
        "--decoder-learning-rate <number>",
        "--head-learning-rate <number>",
        "--classifier-learning-rate <number>",
        "--optimizer <adam|sgd>",
        "--momentum <number>",
        "--schedule <word>",
        "--warmup-rounds <count>",
        "--final-factor <number>",
        "--clip-norm <number>",
        "--training <word>",
        "--alignment-weight <number>",
        "--pseudo-label-weight <number>",
        "--statistics <shared|per-domain>",
        "--data <kind|module>",
        "--image-size <count>",
        "--channels <1|3>",
        "--unpacked-gib <number>",
        "--held-out <count>",
        "--balance <columns>",
        "--flip",
        "--no-flip",
        "--file-column <column>",
        "--label-column <column>",
        "--domain-column <column>",
        "--split-column <column>",
        "--group-column <column>",
        "--ignore <columns>",
        "--as-number <columns>",
        "--as-category <columns>",
        "--vectors <file>",
        "--labels-as-is",
        "--background <colour>",
        "--skip-bad [share]",
        "--min-per-class <count>",
        "--decimal <mark>",
        "--thousands <mark>",
        "--data-memory-mib <count>",
        "--monitor <figure>",
        "--patience <count>",
        "--checkpoint-every-epochs <count>",
        "--checkpoint-every-rounds <count>",
        "--keep-checkpoints <count>",
        "--servers <count>",
        "--engine <native|wasm>",
        "--share-gpus",
        "--oversubscribe",
        "--advertise <address>",
        "--await-workers <count>",
        "--insecure-plaintext",
        "--connections <count>",
        "--heartbeat-seconds <number>",
        "--stall-seconds <number>",
        "--patience-seconds <number>",
        "--strict-bits",
        "--restarts <count>",
        "--hosts <hosts>",
        "--identity <file>",
        "--install",
        "--cores-per-worker <count>",
        "--gpus-per-worker <count>",
        "--ray-address <address>",
        "--ray-python <file>",
        "--ray-own-cores <count>",
        "--ray-wait <count>",
        "--partition <name>",
        "--account <name>",
        "--time <time>",
        "--sbatch <arguments>",
        "--script-out <file>",
        "--config <file>",
        "--break-lock",
        "--measuring-workers <count>",
        "--dry-run",
        "--json",
        "--log-level <level>",
        "--set <setting=value>",
      ]
    `);
    expect(flagsOf('grid')).toMatchInlineSnapshot(`
      [
        "--out <file>",
        "--checkpoint <which>",
        "--runs-dir <dir>",
        "--data-dir <dir>",
        "--unpacked-gib <number>",
        "--log-level <level>",
      ]
    `);
    expect(flagsOf('doctor')).toMatchInlineSnapshot(`
      [
        "--workers <count>",
        "--threads <count>",
        "--share-gpus",
        "--oversubscribe",
        "--report <run>",
        "--runs-dir <dir>",
      ]
    `);
    expect(flagsOf('worker')).toMatchInlineSnapshot(`
      [
        "--join <address>",
        "--key <key>",
        "--token-file <file>",
        "--token <token>",
        "--engine <native|wasm>",
        "--threads <n>",
        "--workers <count>",
        "--gpu <list>",
        "--share-gpus",
        "--oversubscribe",
        "--allow-code",
        "--join-timeout <number>",
        "--log-level <trace|debug|info|warn|error|silent>",
        "--log-dir <dir>",
        "--insecure-plaintext",
      ]
    `);
  });

  const commands = [
    'train', 'new', 'profile', 'grid', 'checkpoint', 'evaluate', 'export', 'sweep', 'runs', 'compare', 'status', 'cancel', 'data', 'encode',
    'predict', 'redraw', 'cache', 'doctor', 'worker',
  ];
  it.each([[], ...commands.flatMap((name) => [[name], [name, 'all']])])('fit into 100 columns of help: %s %s', (...words) => {
    const [name, ...all] = words;
    const { text } = parse(...(name === undefined ? [] : [name]), '--help', ...all) as PrintCommand;
    expect(text.split('\n').filter((line) => line.length > 100)).toEqual([]);
  });

  it.each(['train', 'profile', 'sweep'])('of %s: the common ones are helped with, all of them by --help all', (command) => {
    const shownIn = (...all: string[]): string[] => {
      const { text } = parse(command, '--help', ...all) as PrintCommand;
      return [...text.matchAll(/^ {2}(?:-h, )?--([\w-]+)/gm)].map(([, name = '']) => name).sort();
    };
    const isShown = (name: string): boolean => command !== 'profile' || !NOT_PROFILED.includes(name);
    const all = [...flagsOf(command).map((flags) => /^--([\w-]+)/.exec(flags)?.[1] ?? flags), 'help'].filter(isShown).sort();
    expect(shownIn('all')).toEqual(all);
    const common = shownIn();
    expect(common.filter((name) => !all.includes(name))).toEqual([]);
    if (command !== 'sweep') expect(common).toEqual([...Object.values(COMMON_FLAGS).flat(), 'help'].filter(isShown).sort());
    expect(parse(command, '--help')).toMatchObject({ text: expect.stringContaining('--help all') as unknown });
  });

  it('of a job are read with what they are for', () => {
    const words = ['--on', 'slurm', '--partition', 'gpu', '--time', '1-12:00:00', '--sbatch', 'qos=long constraint=a100'];
    expect(parse('train', ...words, '--script-out', 'a.sh')).toMatchObject({ placing: { on: 'slurm', job: {
      partition: 'gpu', time: '1-12:00:00', sbatch: ['--qos=long', '--constraint=a100'], scriptOut: '/home/user/a.sh',
    } } });
    for (const time of ['5', '0:5:00', '0-1', '5:30'])
      expect(parse('train', '--on', 'slurm', '--time', time)).toMatchObject({ placing: { job: { time } } });
    for (const time of ['4', '4:59', '0:4:59', '0-0:4', 'long']) {
      expect(refusal('train', '--on', 'slurm', '--time', time)).toBe(
        `--time: expected minutes, or a time like 4:00:00 or 1-12:00:00, of at least 5 minutes, found "${time}"`,
      );
    }
  });

  it('of a cluster of Ray are read, and mean nothing elsewhere', () => {
    const flags = ['--ray-address', '10.0.0.1:6379', '--ray-own-cores', '1', '--ray-wait', '60'];
    expect(parse('train', '--on', 'ray', ...flags)).toMatchObject({ placing: {
      on: 'ray', ray: { address: '10.0.0.1:6379', python: undefined, ownCores: 1, waitSeconds: 60 },
    } });
    expect(refusal('sweep', '--ray-python', 'python3.11')).toBe('--ray-python: expected it only together with --on ray, found it alone');
    expect(refusal('train', '--on', 'ray', '--hosts', 'a')).toBe(
      '--hosts: expected no hosts together with --on, which has its own, found --on ray',
    );
    expect(refusal('train', '--on', 'mesos')).toBe('--on: expected slurm or ray, found "mesos"');
  });

  it('of profile: nothing that one run without figures has no use for, though a command line of a run may have it', () => {
    for (const all of [[], ['all']])
      expect(parse('profile', '--help', ...all)).toMatchObject({ text: expect.not.stringMatching(/^ {2}--(?:seeds|probes) /m) as unknown });
    expect(parse('profile', '--probes', 'all', '--no-evaluation')).toMatchObject({ kind: 'train', trace: true });
  });

  it('say what holds if they are not given', () => {
    const { text } = parse('train', '--help', 'all') as PrintCommand;
    const helpOf = (name: string): string => (
      new RegExp(`^ {2}--${name} [^]*?(?=\\n(?: {2}--|\\n))`, 'm').exec(text)?.[0].replaceAll(/\s+/g, ' ') ?? ''
    );
    const { config } = mergeConfig({ cores: 2, gpus: 0, engine: 'native' }, []);
    expect(helpOf('epochs')).toContain(`(default of recipe ${config.recipe}: ${config.epochs ?? 'none'})`);
    expect(helpOf('batch-size')).toContain(`(default of recipe ${config.recipe}: ${config.batchSize})`);
    expect(helpOf('seed')).toContain(`(default: ${config.seed})`);
    expect(helpOf('adversary-fresh-every')).toContain('(default: none)');
    expect(helpOf('clip-norm')).toContain(`(default of recipe ${config.recipe}: none)`);
    expect(helpOf('alignment-weight')).toContain('(default: what the recipe says)');
    const silent = Object.values(CONFIG_FLAGS).flat().filter(({ value }) => value !== undefined).map(({ name }) => name)
      .filter((name) => !/\(default/.test(helpOf(name)));
    expect(silent).toEqual([]);
  });

  it('say what is done with own examples', () => {
    const places = { run: 'mild', folder: '/home/user', runsFolder: '/home/user/runs', data: '/home/user/digits', domain: null };
    expect(parse('encode', 'mild', '--data-dir', 'digits', '--out', 'a.npy')).toEqual({
      kind: 'encode', ...places, checkpoint: 'latest', out: '/home/user/a.npy', unpackedGiB: null, sampledFrom: null,
    });
    expect(parse('encode', 'mild', '--data-dir', 'digits', '--out', 'a.npy', '--sampled')).toMatchObject({ sampledFrom: 1 });
    expect(parse('encode', 'mild', '--data-dir', 'digits', '--out', 'a.npy', '--sampled', '--seed', '7')).toMatchObject({ sampledFrom: 7 });
    expect(parse('predict', 'mild', '--data-dir', 'digits', '--out', 'p.csv', '--domain', 'usps')).toMatchObject({ domain: 'usps' });
    expect(parse('redraw', 'mild', '--data-dir', 'digits', '--out', 'r', '--label', '7')).toMatchObject({ label: '7' });
    expect(parse('redraw', 'mild', '--data-dir', 'digits', '--out', 'r', '--all-labels')).toMatchObject({ label: null });
    expect(refusal('encode', 'mild')).toContain('--data-dir: expected a folder with examples, found nothing');
    expect(refusal('encode', 'mild', '--data-dir', 'd', '--out', 'a.npy', '--seed', '7')).toContain('--seed: expected it only together');
    expect(refusal('redraw', 'mild', '--data-dir', 'd', '--out', 'r')).toContain('--label: expected a value, or --all-labels');
    expect(refusal('redraw', 'mild', '--data-dir', 'd', '--out', 'r', '--label', '7', '--all-labels')).toContain('--label, --all-labels');
  });

  it('walk through an attribute of pictures that are named', () => {
    const walk = ['redraw', 'faces', 'me.jpg', '/photos', '--attribute', 'Eyeglasses', '--out', 'r'];
    expect(parse(...walk)).toMatchObject({
      run: 'faces', data: '', pictures: ['/home/user/me.jpg', '/photos'], label: null, set: null,
      walk: { attribute: 'Eyeglasses', from: null, to: null, before: 2, after: 2, steps: 7 },
    });
    expect(parse(...walk, '--from', '0', '--to', 'yes', '--alpha', '1.5,3', '--steps', '4', '--set', 'Male=1,Smiling=no')).toMatchObject({
      walk: { from: '0', to: 'yes', before: 1.5, after: 3, steps: 4 }, set: 'Male=1,Smiling=no',
    });
    expect(parse('redraw', 'mild', '--data-dir', 'd', '--out', 'r', '--label', '7')).toMatchObject({ walk: null, pictures: null });
    expect(refusal(...walk, '--data-dir', 'd')).toContain('--data-dir: expected a folder, or pictures behind the run, found both');
    expect(refusal(...walk, '--alpha', '0.5')).toContain('--alpha: expected a number from 1 on, or two of them with a comma');
    expect(refusal(...walk, '--steps', '1')).toContain('--steps: expected a whole number from 2 to 100, found 1');
    expect(refusal(...walk, '--label', '1')).toContain('found --label, --attribute');
    const alone = ['redraw', 'faces', 'me.jpg', '--label', '1', '--out', 'r', '--steps', '3'];
    expect(refusal(...alone)).toContain('--steps: expected it only together');
  });

  it('name the recipes', () => {
    const { text } = parse('train', '--help') as PrintCommand;
    expect(RECIPE_NAMES.filter((name) => !text.includes(name.replace(/-paper$/, '')))).toEqual([]);
  });

  it('belong to commands that are Nx targets too, as the help says', () => {
    const { nx } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
      nx: { targets: Record<string, { options?: { command?: string } }> };
    };
    const named = /^([\w,\s]+)\sare\sNx\stargets\stoo/.exec(GENERAL_HELP.trim())?.[1]?.split(/,\s|\sand\s/) ?? [];
    expect(named).toContain('train');
    for (const name of named) expect(nx.targets[name]?.options?.command, name).toBe(`node apps/coordinator/bin/lethe.mjs ${name}`);
  });

  it('have no name that Nx keeps for itself', () => {
    const names = ['train', 'grid', 'evaluate', 'sweep', 'encode', 'predict', 'redraw', 'doctor', 'worker']
      .flatMap(flagsOf)
      .map((flags) => flags.split(' ')[0]?.replace('--', ''));
    expect(names.filter((name) => name !== undefined && KEPT_BY_NX.includes(name))).toEqual([]);
  });

  it('all reach the configuration', () => {
    const example = {
      '<number>': '0.5', '<count>': '2', '<dir>': 'd', '<1|3>': '3', '<mark>': ',', '<columns>': 'a,b', '<probes>': 'mlp', '[share]': '0.2',
    };
    const textOf = ({ value }: ConfigFlag): string | undefined => (
      value === undefined ? undefined : Object.entries(example).find(([placeholder]) => placeholder === value.placeholder)?.[1] ?? 'word'
    );
    const words = new Map<string, unknown>(
      Object.entries({ d: '/home/user/d', word: 'word', ',': ',', 'a,b': ['a', 'b'], mlp: ['mlp'] }),
    );
    for (const together of withoutCommonSettings(Object.values(CONFIG_FLAGS).flat())) {
      const { flags } = train(...together.flatMap((flag) => [`--${flag.name}`, textOf(flag) ?? []].flat()));
      for (const { name, sets, paths, text } of together.map((flag) => ({ ...flag, text: textOf(flag) }))) {
        const read = text === undefined ? sets : (words.get(text) ?? Number(text));
        for (const path of paths) {
          expect(valueAt(flags.values, path), path).toEqual(read);
          expect(flags.label(path)).toBe(`--${name}`);
        }
      }
    }
  });
});

/** Flags that can be said in one command line: no two of a list set the same. */
function withoutCommonSettings(flags: readonly ConfigFlag[]): ConfigFlag[][] {
  const lists: ConfigFlag[][] = [];
  for (const flag of flags) {
    const list = lists.find((one) => !one.some(({ paths }) => paths.some((path) => flag.paths.includes(path))));
    if (list === undefined) lists.push([flag]);
    else list.push(flag);
  }
  return lists;
}

describe('parseCommandLine', () => {
  it('asks for nothing by itself', () => {
    expect(train()).toEqual({
      kind: 'train',
      flags: { source: 'flags', values: {}, label: expect.any(Function) as unknown },
      configFile: undefined,
      folder: '/home/user',
      breakLock: false,
      name: undefined,
      runsFolder: '/home/user/runs',
      resume: undefined,
      placing: HERE,
      quiet: false,
      dryRun: null,
      logLevel: 'info',
      trace: false,
      measuringWorkers: undefined,
      seeds: undefined,
    });
  });

  it('describes one new run', () => {
    expect([train('--dry-run').dryRun, train('--dry-run', '--json').dryRun]).toEqual([{ json: false }, { json: true }]);
    expect(refusal('train', '--json')).toBe('--json: expected it only together with --dry-run, found a run');
    expect(refusal('train', '--dry-run', '--resume', 'old')).toBe('--dry-run: expected one new run, found --resume');
    expect(refusal('train', '--dry-run', '--seeds', '1,2')).toBe('--dry-run: expected one new run, found --seeds');
  });

  it('writes a new game into a folder', () => {
    expect(parse('new', 'game', 'mine')).toEqual({ kind: 'new', out: '/home/user/mine', folder: '/home/user' });
    expect(refusal('new', 'reader', 'mine')).toBe('lethe new: expected game, found "reader"');
  });

  it('reads paths from where the user typed', () => {
    expect(train('--config', 'a/b.json', '--runs-dir', '../other', '--name', 'x-1', '--quiet')).toMatchObject({
      configFile: '/home/user/a/b.json', runsFolder: '/home/other', name: 'x-1', quiet: true,
    });
    expect(train('--data-dir', '/data').flags.values).toEqual({ data: { folder: '/data' } });
    expect(train('--resume', 'runs/old')).toMatchObject({ resume: 'runs/old' });
  });

  it.each([['train'], ['profile'], ['sweep'], ['grid', 'mild'], ['evaluate', 'mild']])('reads how much %s logs', (...command) => {
    expect(parse(...command, '--log-level', 'debug')).toMatchObject({ logLevel: 'debug' });
    expect(() => parse(...command, '--log-level', 'loud')).toThrow(
      '--log-level: expected trace or debug or info or warn or error or silent, found "loud"',
    );
  });

  it('reads where workers run', () => {
    const { placing } = train('--hosts', 'a,b:4', '--identity', 'keys/cluster', '--install', '--gpus-per-worker', '1');
    expect(placing).toMatchObject({ gpusPerWorker: 1, hosts: { list: 'a,b:4', identity: '/home/user/keys/cluster', install: true } });
    expect(() => train('--identity', 'keys/cluster', '--install')).toThrow(
      /--identity: expected it only together with --hosts, found no hosts.*--install: expected it only together/s,
    );
  });

  it('reads how data are to be read', () => {
    const { flags } = train('--ignore', 'id, row', '--skip-bad', '--thousands', ' ', '--vectors', 'a.npy', '--labels-as-is');
    expect(flags.values).toEqual({
      data: { reading: { columns: { ignored: ['id', 'row'] }, skipBad: 0.1, thousands: ' ', vectors: 'a.npy', labelsAsIs: true } },
    });
    expect(train('--skip-bad', '0.5', '--quiet').flags.values).toEqual({ data: { reading: { skipBad: 0.5 } } });
    // A comma is part of a mark and of a list of columns: a sweep takes one of them.
    expect(parse('sweep', '--ignore', 'a,b', '--decimal', ',', '--skip-bad', '--min-per-class', '1,2')).toMatchObject({
      space: {
        'data.reading.columns.ignored': { kind: 'values', values: [['a', 'b']] },
        'data.reading.decimal': { kind: 'values', values: [','] },
        'data.reading.skipBad': { kind: 'values', values: [0.1] },
        'data.reading.minPerClass': { kind: 'values', values: [1, 2] },
      },
    });
    expect(refusal('train', '--ignore', 'a,,b')).toBe('--ignore: expected names of columns with commas, found "a,,b"');
    expect(refusal('train', '--skip-bad', '3')).toBe('--skip-bad: expected a share of all, from 0 to 1, found "3"');
    expect(refusal('train', '--decimal', ';')).toBe('--decimal: expected one of the marks "." ",", found ";"');
  });

  it('lets what is said for one network win, in any order', () => {
    const { flags } = train('--classifier-learning-rate', '3', '--learning-rate=2e-1');
    expect(flags.values).toEqual({ objective: { optimizers: { '*': { learningRate: 0.2 }, classifier: { learningRate: 3 } } } });
    expect(flags.label('objective.optimizers.classifier.learningRate')).toBe('--classifier-learning-rate');
    expect(flags.label('objective.optimizers.*.learningRate')).toBe('--learning-rate');
  });

  it('reads the other commands', () => {
    expect(parse('data', 'digits')).toEqual({
      kind: 'data',
      data: '/home/user/digits',
      out: '/home/user/contact-sheets',
      flags: expect.objectContaining({ values: {} }) as unknown,
      folder: '/home/user',
    });
    expect(parse('data', 'digits', '--unpacked-gib', '0.5', '--label-column', 'ill', '--recipe', 'own-table')).toMatchObject({
      flags: { values: { recipe: 'own-table', data: { unpackedGiB: 0.5, reading: { columns: { label: 'ill' } } } } },
    });
    expect(parse('data', '--recipe', 'avatars')).toMatchObject({ data: null, flags: { values: { recipe: 'avatars' } } });
    for (const recipe of [[], ['--recipe', 'adult'], ['--recipe', 'avatar']])
      expect(refusal('data', ...recipe)).toBe('<dir>: expected a folder, found ""');
    expect(train('--seeds', '3,1').seeds).toEqual([3, 1]);
    const places = { folder: '/home/user', runsFolder: '/home/user/runs' };
    const nothingMoved = expect.objectContaining({ values: {} }) as unknown;
    expect(parse('grid', 'mild')).toEqual({
      kind: 'grid', run: 'mild', ...places, flags: nothingMoved, out: null, checkpoint: 'latest', logLevel: 'info',
    });
    expect(parse('grid', '--out', 'a.png', 'mild', '--checkpoint', '470', '--runs-dir', '/r', '--data-dir', 'digits')).toEqual({
      kind: 'grid',
      run: 'mild',
      folder: '/home/user',
      runsFolder: '/r',
      flags: expect.objectContaining({ values: { data: { folder: '/home/user/digits' } } }) as unknown,
      out: '/home/user/a.png',
      checkpoint: 470,
      logLevel: 'info',
    });
    expect(parse('grid', 'mild', '--unpacked-gib', '8')).toMatchObject({ flags: { values: { data: { unpackedGiB: 8 } } } });
    expect(parse('export', 'mild', '--out', 'digits', '--checkpoint', 'best')).toEqual({
      kind: 'export', run: 'mild', ...places, out: '/home/user/digits', checkpoint: 'best',
    });
    expect(parse('evaluate', 'mild')).toEqual({
      kind: 'evaluate',
      run: 'mild',
      ...places,
      flags: nothingMoved,
      checkpoint: 'latest',
      probes: null,
      seeds: [1, 2, 3],
      workers: null,
      oversubscribe: false,
      logLevel: 'info',
    });
    expect(parse('evaluate', 'mild', '--probes', 'mlp,linear')).toMatchObject({ probes: ['mlp', 'linear'] });
    expect(parse('evaluate', 'mild', '--probes', 'all')).toMatchObject({ probes: PROBES });
    expect(parse('evaluate', 'mild', '--probes', 'linear,trees')).toMatchObject({ probes: ['linear', 'boosted-trees', 'forest'] });
    expect(parse('train', '--probes', 'deep')).toMatchObject({ flags: { values: { probes: ['deep'] } } });
    expect(parse('sweep', '--probes', 'linear,mlp')).toMatchObject({
      space: { probes: { kind: 'values', values: [['linear', 'mlp']] } },
    });
    expect(parse('evaluate', 'mild', '--checkpoint', 'best', '--seeds', '7,5', '--workers', '2')).toMatchObject({
      checkpoint: 'best',
      seeds: [7, 5],
      workers: 2,
      oversubscribe: false,
    });
    const sweep = {
      kind: 'sweep',
      ...places,
      logLevel: 'info',
      jobArray: false,
      dryRun: false,
      json: false,
      breakLock: false,
      configFile: null,
      listFile: null,
      random: null,
      resumedData: { folder: null, unpackedGiB: null },
      drawSeed: 1,
      trialsAtOnce: null,
      halving: null,
      best: null,
      name: null,
      resume: null,
      placing: HERE,
    };
    expect(parse('sweep', '--beta', '0.1,0.2', '--set', 'seed=1,2', '--no-grid')).toEqual({
      ...sweep,
      space: {
        'objective.beta': { kind: 'values', values: [0.1, 0.2] },
        seed: { kind: 'values', values: [1, 2] },
        grid: { kind: 'values', values: [false] },
      },
    });
    expect(
      parse(
        'sweep',
        '--beta',
        '0.01..1',
        '--random',
        '5',
        '--halving',
        'held_out/x',
        '--factor',
        '3',
        '--best',
        'swap',
        '--best-higher',
        '--data-dir',
        'd',
        '--recipe',
        'quick',
      ),
    ).toEqual({
      ...sweep,
      random: 5,
      halving: { figure: 'held_out/x', firstRung: 1, factor: 3, better: 'lower' },
      best: { figure: 'swap', better: 'higher' },
      space: {
        recipe: { kind: 'values', values: ['quick'] },
        'objective.beta': { kind: 'range', low: 0.01, high: 1 },
        'data.folder': { kind: 'values', values: ['/home/user/d'] },
      },
    });
    expect(
      parse(
        'sweep',
        '--set',
        'data.domains.sources=["a","b"],["b"]',
        '--set',
        'objective.optimizers.encoder.beta1=0.5,0.9',
        '--set',
        'a-b_2.c="x,y"',
      ),
    ).toMatchObject({
      space: {
        'data.domains.sources': { kind: 'values', values: [['a', 'b'], ['b']] },
        'objective.optimizers.encoder.beta1': { kind: 'values', values: [0.5, 0.9] },
        'a-b_2.c': { kind: 'values', values: ['x,y'] },
      },
    });
    expect(parse('sweep', '--resume', 'old', '--data-dir', 'd', '--unpacked-gib', '8')).toMatchObject({
      resume: 'old',
      resumedData: { folder: '/home/user/d', unpackedGiB: 8 },
    });
    expect(parse('runs')).toEqual({ kind: 'runs', json: false, ...places });
    expect(parse('runs', '--json', '--runs-dir', '/r')).toMatchObject({ json: true, runsFolder: '/r' });
    expect(parse('status', 'a', '--json')).toEqual({ kind: 'status', run: 'a', json: true, ...places });
    expect(parse('cancel', 'a', '--at-once')).toEqual({ kind: 'cancel', run: 'a', atOnce: true, ...places });
    expect(parse('compare', 'a', 'b', 'c')).toEqual({ kind: 'compare', runs: ['a', 'b', 'c'], json: false, ...places });
    expect(parse('compare', 'a', 'b', '--json', '--runs-dir', '/r')).toMatchObject({ json: true, runsFolder: '/r' });
    expect(parse('cache')).toEqual({ kind: 'cache', clear: null });
    expect(parse('cache', 'clear')).toEqual({ kind: 'cache', clear: 'everything' });
    expect(parse('cache', 'clear', 'judges')).toEqual({ kind: 'cache', clear: 'judges' });
    expect(parse('doctor')).toEqual({
      kind: 'doctor', workers: null, threads: null, shareGpus: false, oversubscribe: false, report: null, ...places,
    });
    expect(parse('doctor', '--report', 'mild', '--runs-dir', '/r')).toMatchObject({ report: 'mild', runsFolder: '/r' });
    expect(parse('doctor', '--workers', '4', '--share-gpus', '--oversubscribe')).toMatchObject({
      workers: 4,
      shareGpus: true,
      oversubscribe: true,
    });
    expect(parse('worker', '--join', 'tcp://h:1')).toEqual({ kind: 'worker' });
  });

  it.each([
    [[]],
    [['--help']],
    [['-h']],
    [['help']],
    [['train', '--help']],
    [['help', 'train']],
    [['grid', '--help']],
    [['doctor', '-h']],
    [['worker', '--help']],
  ])('helps with examples: %j', (argv) => {
    const command = parse(...argv);
    expect(command.kind).toBe('help');
    expect('text' in command && command.text).toMatch(/Usage: lethe[^]*npx (lethe|nx run)/);
  });

  it('prints its version', () => {
    expect(parse('--version')).toEqual({ kind: 'version', text: '1.2.3\n' });
  });

  const numbers = ['abc', '1e', '', ' ', 'NaN', 'Infinity', '-Infinity', '0x10', '1,', '1_000', '1e999', '1.2.3', '12px'];
  it.each(numbers)('refuses %j as a number', (text) => {
    expect(refusal('train', '--beta', text)).toBe(`--beta: expected a number, found ${JSON.stringify(text)}`);
  });

  it.each([...numbers, '1.5', '1e3', '9007199254740993'])('refuses %j as a whole number', (text) => {
    expect(refusal('train', '--epochs', text)).toBe(`--epochs: expected a whole number, found ${JSON.stringify(text)}`);
  });

  it.each([
    ['0.5', 0.5],
    ['.5', 0.5],
    ['5.', 5],
    ['-1', -1],
    ['+2', 2],
    ['1e-3', 0.001],
    ['1E+2', 100],
  ])('reads %j as a number', (text, value) => {
    expect(train('--beta', text).flags.values).toEqual({ objective: { beta: value } });
  });

  it('names every number at once', () => {
    expect(refusal('train', '--beta', 'x', '--seed', '1.5', '--checkpoint-every-epochs', '')).toBe(
      [
        '3 problems:', '  --beta: expected a number, found "x"', '  --seed: expected a whole number, found "1.5"',
        '  --checkpoint-every-epochs: expected a whole number, found ""',
      ].join('\n'),
    );
  });

  it.each<[string[], string]>([
    [['trian'], "unknown command 'trian' (Did you mean train?)"],
    [['train', '--wrkers', '2'], "unknown option '--wrkers' (Did you mean --workers?)"],
    [['train', '--batchSize', '2'], "unknown option '--batchSize' (Did you mean --batch-size?)"],
    [['train', '-w', '2'], "unknown option '-w'"],
    [['train', '--parallel'], "unknown option '--parallel'"],
    [['train', '--grid'], "unknown option '--grid'"],
    [['train', '--quiet=yes'], "option '--quiet=yes'"],
    [['--workers', '2'], "unknown option '--workers'"],
    [['train', 'mnist'], 'lethe train: expected flags only from here on, found "mnist"'],
    [['train', '--workers'], "option '--workers <count>' argument missing"],
    [['train', '--name', '--workers', '2'], '--name: expected a value, found the flag --workers'],
    [['train', '--name', ''], '--name: expected a name of letters'],
    [
      ['train', '--name', '../up'],
      '--name: expected a name of letters, digits, dots, dashes and underscores that begins with a letter or digit, found "../up"',
    ],
    [['train', '--name', 'a', '--resume', 'b'], '--name: expected no name together with --resume'],
    [['train', '--config', ''], '--config: expected a file, found ""'],
    [['train', '--data-dir', ''], '--data-dir: expected a folder, found ""'],
    [['train', '--listen', ''], '--listen: expected an address, found ""'],
    [
      ['train', '--beta', '0.1,0.2'],
      '--beta: expected one value for a run (several are a sweep: npx lethe sweep --beta 0.1,0.2), found "0.1,0.2"',
    ],
    [['train', '--beta', '0.1..2'], 'npx lethe sweep --beta 0.1..2'],
    [['train', '--bottleneck', 'gaussian,variational'], 'npx lethe sweep --bottleneck gaussian,variational'],
    [
      ['train', '--seed', '1,2'],
      '--seed: expected one value for a run (a run from each seed is --seeds 1,2; ' +
      'several are a sweep: npx lethe sweep --seed 1,2), found "1,2"',
    ],
    [['train', '--break-lock'], '--break-lock: expected it only together with --resume, found a new run'],
    [['sweep', '--break-lock'], '--break-lock: expected it only together with --resume, found a new sweep'],
    [['train', '--resume', 'a', '--seeds', '1,2'], '--seeds: expected no seeds together with --resume'],
    [
      ['sweep', '--resume', 'a', '--best', 'swap'],
      '--resume: expected no settings and no name, which are those of the sweep, found --best',
    ],
    [
      ['sweep', '--resume', 'a', '--set', 'data.folder=/other'],
      '--resume: expected no settings and no name, which are those of the sweep, found data.folder',
    ],
    [['sweep', '--resume', 'a', '--unpacked-gib', '4,8'], '--unpacked-gib: expected one value together with --resume, found 4,8'],
    [['train', '--resume', 'a', '--unpacked-gib', '0'], '--unpacked-gib: expected a number above 0, found "0"'],
    [['sweep', '--beta', '1,2', '--factor', '3'], '--factor: expected it only together with --halving, found it alone'],
    [['sweep', '--beta', '1,2', '--best-higher'], '--best-higher: expected it only together with --best'],
    [['grid'], "missing required argument 'run'"],
    [['grid', ''], '<run>: expected the name or folder of a run, found ""'],
    [['grid', 'a', 'b'], 'lethe grid: expected flags only from here on, found "b"'],
    [['grid', 'a', '--checkpoint', 'newest'], '--checkpoint: expected latest, best or the number of a round, found "newest"'],
    [['export', 'a'], '--out: expected a folder to make, found none'],
    [['evaluate'], "missing required argument 'run'"],
    [['evaluate', 'a', '--seeds', '1,1'], '--seeds: expected whole numbers with commas, each once, found "1,1"'],
    [
      ['evaluate', 'a', '--probes', 'mlp,mlp'],
      `--probes: expected all, or of ${PROBES.join(', ')} (or trees) some with commas, each once, found "mlp,mlp"`,
    ],
    [
      ['train', '--probes', 'oak'],
      `--probes: expected all, or of ${PROBES.join(', ')} (or trees) some with commas, each once, found "oak"`,
    ],
    [['evaluate', 'a', '--workers', '0'], '--workers: expected at least 1, found 0'],
    [['grid', 'a', '--checkpoint', '-3'], '--checkpoint: expected latest, best or the number of a round, found "-3"'],
    [['train', '--partition', 'gpu'], '--partition: expected it only together with --on slurm, found this machine'],
    [['train', '--on', 'pbs'], '--on: expected slurm or ray, found "pbs"'],
    [['compare'], "missing required argument 'runs'"],
    [['compare', 'a', ''], '<runs>: expected the name or folder of a run, found ""'],
    [['cache', 'empty'], 'lethe cache: expected clear, or nothing, found "empty"'],
    [['cache', 'clear', 'judge'], 'or nothing for all of them, found "judge"'],
    [['doctor', '--workers', '0'], '--workers: expected at least 1, found 0'],
    [['doctor', '--beta', '0'], "unknown option '--beta'"],
  ])('refuses %j', (argv, message) => {
    expect(refusal(...argv)).toContain(message);
  });
});
