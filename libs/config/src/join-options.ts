import { parseArgs } from 'node:util';
import { LetheError } from '@lethe/errors';
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
  /** File that has them, as it was typed, `-` for standard input; null: plain text, or typed themselves. */
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
  /** Allow more than four of them for each core. */
  readonly oversubscribe: boolean;
  /** How long to wait for the run's answer. */
  readonly joinTimeoutSeconds: number;
}

/** Names of the flags, and whether each takes a text or is a switch. */
const FLAGS = {
  'join': 'string', 'key': 'string', 'token': 'string', 'token-file': 'string', 'insecure-plaintext': 'boolean', 'engine': 'string', 'threads': 'string',
  'workers': 'string', 'gpu': 'string', 'share-gpus': 'boolean', 'oversubscribe': 'boolean', 'join-timeout': 'string',
} as const;

/** The flags as they were typed. */
export type JoinFlags = { readonly [Flag in keyof typeof FLAGS]?: ((typeof FLAGS)[Flag] extends 'string' ? string : boolean) | undefined };

const KEY = /^K[\w-]{43}$/;
const TOKEN = /^T[\w-]{86}$/;
const ENGINES = ['native', 'wasm'] as const;
const DEFAULT_JOIN_TIMEOUT = '60';

/** Whether a text has the form of a run's token. */
export function isJoinToken(text: string): boolean {
  return TOKEN.test(text);
}

/** Either the key and the token of the run, or none and --insecure-plaintext. */
function secretProblems({ key, token, 'token-file': tokenFile, 'insecure-plaintext': insecurePlaintext = false }: JoinFlags): Problem[] {
  const given = Object.entries({ '--key': key, '--token': token, '--token-file': tokenFile }).filter(([, value]) => value !== undefined);
  if (insecurePlaintext) return given.map(([where]) => ({ where, expected: 'nothing together with --insecure-plaintext', found: 'a value' }));
  // What was typed may be half of a secret: only its length is told.
  const found = (value: string | undefined): string => (value === undefined ? 'nothing' : `${value.length} characters`);
  const problems: Problem[] = KEY.test(key ?? '') ? [] : [{ where: '--key', expected: 'what the run printed (or --insecure-plaintext)', found: found(key) }];
  if (token !== undefined && tokenFile !== undefined) problems.push({ where: '--token', expected: 'nothing together with --token-file', found: 'a value' });
  else if (tokenFile === '') problems.push({ where: '--token-file', expected: 'a file, or - for standard input', found: '""' });
  else if (tokenFile === undefined && token === undefined) problems.push({ where: '--token-file', expected: "the file with the run's token (or --insecure-plaintext)", found: 'nothing' });
  else if (tokenFile === undefined && !TOKEN.test(token ?? '')) problems.push({ where: '--token', expected: 'what the run made', found: found(token) });
  return problems;
}

/** A number of at least 1, or 0 with a problem. */
function countOf(flags: JoinFlags, flag: 'threads' | 'workers', problems: Problem[]): number {
  const text = flags[flag] ?? '1';
  if (!/^[1-9]\d{0,5}$/.test(text)) problems.push({ where: `--${flag}`, expected: 'a whole number of at least 1', found: shown(text) });
  return Number(text);
}

/** Checks the flags of a joining worker. @throws LetheError CONFIG_INVALID naming every problem at once */
export function compileJoinOptions(flags: JoinFlags): JoinOptions {
  const { join = '', key, token, 'token-file': tokenFile, 'insecure-plaintext': insecurePlaintext = false, engine: engineName = 'native', gpu, 'share-gpus': shareGpus = false, oversubscribe = false, 'join-timeout': timeout = DEFAULT_JOIN_TIMEOUT } = flags;
  const engine = ENGINES.find((name) => name === engineName);
  const problems = secretProblems(flags);
  const threads = countOf(flags, 'threads', problems);
  const workers = countOf(flags, 'workers', problems);
  if (!isTcpAddress(join)) problems.push({ where: '--join', expected: 'an address like tcp://192.0.2.7:5555', found: shown(flags.join) });
  if (engine === undefined) problems.push({ where: '--engine', expected: ENGINES.join(' or '), found: shown(engineName) });
  if (gpu !== undefined && engine === 'wasm') problems.push({ where: '--gpu', expected: 'nothing together with --engine wasm, which computes on the processors', found: shown(gpu) });
  if (!/^\d{1,6}(\.\d+)?$/.test(timeout) || Number(timeout) === 0) problems.push({ where: '--join-timeout', expected: 'seconds above 0', found: shown(timeout) });
  if (problems.length > 0 || engine === undefined) throw problemsError(problems);
  return {
    address: join, key: key ?? null, token: token ?? null, tokenFile: tokenFile ?? null, insecurePlaintext, engine, threads,
    workers: flags.workers === undefined ? null : workers, gpu: gpu ?? null, shareGpus, oversubscribe, joinTimeoutSeconds: Number(timeout),
  };
}

/** What `lethe worker` was called with, for the worker's own process. @param argv arguments after the script's name */
export function parseJoinArguments(argv: readonly string[]): JoinOptions {
  try {
    const options = Object.fromEntries(Object.entries(FLAGS).map(([flag, type]) => [flag, { type }]));
    return compileJoinOptions(parseArgs({ args: [...argv], options, strict: true }).values);
  } catch (error) {
    if (error instanceof LetheError) throw error;
    throw new LetheError('CONFIG_INVALID', `lethe worker: ${error instanceof Error ? error.message : String(error)}`);
  }
}
