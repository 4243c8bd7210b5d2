import { parseArgs } from 'node:util';
import { LetheError } from '@lethe/errors';
import { problemsError, shown, type Problem } from './problem.js';
import { isTcpAddress } from './tcp-address.js';

/** How a worker that was started by hand joins a run elsewhere. */
export interface JoinOptions {
  /** `tcp://host:port` of the coordinator. */
  readonly address: string;
  /** The run's public key as it was printed; null: plain text. */
  readonly key: string | null;
  /** The members' keys as they were printed; null: plain text. */
  readonly token: string | null;
  readonly insecurePlaintext: boolean;
  readonly engine: 'native' | 'wasm';
  /** Threads inside an operation; must be the run's. */
  readonly threads: number;
}

/** The flags as they were typed. */
export interface JoinFlags {
  readonly join?: string | undefined;
  readonly key?: string | undefined;
  readonly token?: string | undefined;
  readonly insecurePlaintext?: boolean | undefined;
  readonly engine?: string | undefined;
  readonly threads?: string | undefined;
}

const SECRET = { '--key': /^K[\w-]{43}$/, '--token': /^T[\w-]{86}$/ } as const;
const ENGINES = ['native', 'wasm'] as const;

/** Either both secrets in the form that the run printed them, or none and --insecure-plaintext. */
function secretProblem(flag: '--key' | '--token', value: string | undefined, insecurePlaintext: boolean): Problem[] {
  if (insecurePlaintext) return value === undefined ? [] : [{ where: flag, expected: 'nothing together with --insecure-plaintext', found: 'a value' }];
  if (value !== undefined && SECRET[flag].test(value)) return [];
  // What was typed may be half of a secret: only its length is told.
  const found = value === undefined ? 'nothing' : `${value.length} characters`;
  return [{ where: flag, expected: 'what the run printed (or --insecure-plaintext)', found }];
}

/** Checks the flags of a joining worker. @throws LetheError CONFIG_INVALID naming every problem at once */
export function compileJoinOptions(flags: JoinFlags): JoinOptions {
  const { join = '', key, token, insecurePlaintext = false, engine: engineName = 'native', threads: threadCount = '1' } = flags;
  const engine = ENGINES.find((name) => name === engineName);
  const threads = Number(threadCount);
  const problems: Problem[] = [...secretProblem('--key', key, insecurePlaintext), ...secretProblem('--token', token, insecurePlaintext)];
  if (!isTcpAddress(join)) problems.push({ where: '--join', expected: 'an address like tcp://192.0.2.7:5555', found: shown(flags.join) });
  if (engine === undefined) problems.push({ where: '--engine', expected: ENGINES.join(' or '), found: shown(engineName) });
  if (!/^[1-9]\d*$/.test(threadCount)) problems.push({ where: '--threads', expected: 'a whole number of at least 1', found: shown(threadCount) });
  if (problems.length > 0 || engine === undefined) throw problemsError(problems);
  return { address: join, key: key ?? null, token: token ?? null, insecurePlaintext, engine, threads };
}

/** What `lethe worker` was called with, for the worker's own process. @param argv arguments after the script's name */
export function parseJoinArguments(argv: readonly string[]): JoinOptions {
  const text = { type: 'string' } as const;
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: { join: text, key: text, token: text, engine: text, threads: text, 'insecure-plaintext': { type: 'boolean' } },
      strict: true,
    });
    return compileJoinOptions({ ...values, insecurePlaintext: values['insecure-plaintext'] });
  } catch (error) {
    if (error instanceof LetheError) throw error;
    throw new LetheError('CONFIG_INVALID', `lethe worker: ${error instanceof Error ? error.message : String(error)}`);
  }
}
