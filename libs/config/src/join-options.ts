import { parseArgs } from 'node:util';
import { LetheError } from '@lethe/errors';
import { DEFAULT_LOG_LEVEL, findLogLevel, LOG_LEVELS, type LogLevel } from './log-level.js';
import { problemsError, shown, type Problem } from './problem.js';
import { isTcpAddress } from './tcp-address.js';

/** How workers that were started by hand join a run elsewhere. */
export interface JoinOptions {
  /** `tcp://host:port` of the coordinator. */
  readonly address: string;
  /** The run's public key as it was printed; null: plain text. */
  readonly key: string | null;
  /** The members' keys as the run made them; null: plain text, or in a file. */
  readonly token: string | null;
  /** File with the members' keys, as it was typed; `-`: standard input; null: plain text, or the keys were typed themselves. */
  readonly tokenFile: string | null;
  readonly insecurePlaintext: boolean;
  readonly engine: 'native' | 'wasm';
  /** Threads inside an operation; must be the run's. */
  readonly threads: number;
  /** Workers of this machine; null: one for each GPU that may be used, else one. */
  readonly workers: number | null;
  /** Which of the machine's GPUs may be used, like `CUDA_VISIBLE_DEVICES`; null: all that the environment leaves. */
  readonly gpu: string | null;
  /** Let several workers compute on one GPU. */
  readonly shareGpus: boolean;
  /** Allow more than four workers for each core. */
  readonly oversubscribe: boolean;
  /** Load code that the run brings. */
  readonly allowCode: boolean;
  /** How long to wait for the run's answer. */
  readonly joinTimeoutSeconds: number;
  readonly logLevel: LogLevel;
  /** Folder of the workers' logs as it was typed; null: the one of all workers that join from this machine. */
  readonly logFolder: string | null;
}

/** The argument of a process that a run has placed somewhere: it ends when its standard input ends. */
export const PLACED = '--placed';

/** The flags of `lethe worker`: what their values are (none is a switch), and the help about each. */
export const JOIN_FLAGS = {
  'join': { value: '<address>', help: "address of the run's coordinator" },
  'key': { value: '<key>', help: "the run's key" },
  'token-file': { value: '<file>', help: "file with the run's token; - reads it from standard input" },
  'token': { value: '<token>', help: "the run's token itself, which other users of this machine can then see" },
  'engine': { value: '<native|wasm>', help: "the run's engine" },
  'threads': { value: '<n>', help: "the run's threads inside an operation" },
  'workers': { value: '<count>', help: 'worker processes here (default: one per GPU, else one)' },
  'gpu': { value: '<list>', help: 'which GPUs to use, by number or id, like CUDA_VISIBLE_DEVICES (default: all that it leaves)' },
  'share-gpus': { value: null, help: 'allow several workers on one GPU' },
  'oversubscribe': { value: null, help: 'allow more than four of them for each core of this machine' },
  'allow-code': { value: null, help: 'run the code that the run brings (own games, readers), with all rights of your user' },
  'join-timeout': { value: '<number>', help: 'seconds to wait for an answer (default: 60)' },
  'log-level': { value: `<${LOG_LEVELS.join('|')}>`, help: `least important lines that are logged (default: ${DEFAULT_LOG_LEVEL})` },
  'log-dir': { value: '<dir>', help: 'folder of the logs (default: worker-logs in the cache folder)' },
  'insecure-plaintext': { value: null, help: 'no encryption and no key' },
} as const;

/** The flags as they were typed. */
export type JoinFlags = {
  readonly [Flag in keyof typeof JOIN_FLAGS]?: ((typeof JOIN_FLAGS)[Flag]['value'] extends null ? boolean : string) | undefined;
};

const KEY = /^K[\w-]{43}$/;
const TOKEN = /^T[\w-]{86}$/;
const COUNT = /^[1-9]\d{0,5}$/;
const SECONDS = /^\d{1,6}(\.\d+)?$/;
const ENGINES = ['native', 'wasm'] as const;
const DEFAULT_JOIN_TIMEOUT = '60';

/** Whether a text has the form of a run's token. */
export function isJoinToken(text: string): boolean {
  return TOKEN.test(text);
}

/** The key and the token of the run are both needed, unless --insecure-plaintext is given, which excludes both. */
function secretProblems({ key, token, 'token-file': tokenFile, 'insecure-plaintext': insecurePlaintext = false }: JoinFlags): Problem[] {
  const given = Object.entries({ '--key': key, '--token': token, '--token-file': tokenFile }).filter(([, value]) => value !== undefined);
  const problems: Problem[] = [];
  const report = (where: string, expected: string, found: string): void => { problems.push({ where, expected, found }); };
  if (insecurePlaintext) {
    for (const [where] of given) report(where, 'nothing together with --insecure-plaintext', 'a value');
    return problems;
  }
  // What was typed may be half of a secret: the message shows only its length.
  const length = (value: string | undefined): string => (value === undefined ? 'nothing' : `${value.length} characters`);
  if (!KEY.test(key ?? '')) report('--key', 'what the run printed (or --insecure-plaintext)', length(key));
  if (token !== undefined && tokenFile !== undefined) {
    report('--token', 'nothing together with --token-file', 'a value');
  } else if (tokenFile === '') {
    report('--token-file', 'a file, or - for standard input', '""');
  } else if (tokenFile === undefined && token === undefined) {
    report('--token-file', "the file with the run's token (or --insecure-plaintext)", 'nothing');
  } else if (tokenFile === undefined && !TOKEN.test(token ?? '')) {
    report('--token', 'what the run made', length(token));
  }
  return problems;
}

/** A number of at least 1, or 0 with a problem. */
function countOf(flags: JoinFlags, flag: 'threads' | 'workers', problems: Problem[]): number {
  const text = flags[flag] ?? '1';
  if (!COUNT.test(text)) problems.push({ where: `--${flag}`, expected: 'a whole number of at least 1', found: shown(text) });
  return Number(text);
}

/** Checks the flags of a joining worker. @throws LetheError CONFIG_INVALID naming every problem at once */
export function compileJoinOptions(flags: JoinFlags): JoinOptions {
  const {
    join = '', engine: engineName = 'native', gpu, 'join-timeout': timeout = DEFAULT_JOIN_TIMEOUT,
    'log-level': levelName = DEFAULT_LOG_LEVEL, 'log-dir': logFolder = null,
  } = flags;
  const logLevel = findLogLevel(levelName);
  const engine = ENGINES.find((name) => name === engineName);
  const problems = secretProblems(flags);
  const report = (where: string, expected: string, found: string): void => { problems.push({ where, expected, found }); };
  const threads = countOf(flags, 'threads', problems);
  const workers = countOf(flags, 'workers', problems);
  if (!isTcpAddress(join)) report('--join', 'an address like tcp://192.0.2.7:5555', shown(flags.join));
  if (engine === undefined) report('--engine', ENGINES.join(' or '), shown(engineName));
  if (gpu !== undefined && engine === 'wasm') {
    report('--gpu', 'nothing together with --engine wasm, which computes on the processors', shown(gpu));
  }
  if (!SECONDS.test(timeout) || Number(timeout) === 0) report('--join-timeout', 'seconds above 0', shown(timeout));
  if (logLevel === undefined) report('--log-level', LOG_LEVELS.join(' or '), shown(levelName));
  if (logFolder === '') report('--log-dir', 'a folder', '""');
  if (problems.length > 0 || engine === undefined || logLevel === undefined) throw problemsError(problems);
  return {
    address: join, key: flags.key ?? null, token: flags.token ?? null, tokenFile: flags['token-file'] ?? null,
    insecurePlaintext: flags['insecure-plaintext'] ?? false, engine, threads, workers: flags.workers === undefined ? null : workers,
    gpu: gpu ?? null, shareGpus: flags['share-gpus'] ?? false, oversubscribe: flags.oversubscribe ?? false,
    allowCode: flags['allow-code'] ?? false, joinTimeoutSeconds: Number(timeout), logLevel, logFolder,
  };
}

/** The arguments of `lethe worker`, read in the worker's own process. @param argv arguments after the script's name */
export function parseJoinArguments(argv: readonly string[]): JoinOptions {
  try {
    const options = Object.fromEntries(Object.entries(JOIN_FLAGS).map(([flag, { value }]) => (
      [flag, { type: value === null ? 'boolean' : 'string' } as const]
    )));
    return compileJoinOptions(parseArgs({ args: [...argv], options, strict: true }).values);
  } catch (error) {
    if (error instanceof LetheError) throw error;
    throw new LetheError('CONFIG_INVALID', `lethe worker: ${error instanceof Error ? error.message : String(error)}`);
  }
}
