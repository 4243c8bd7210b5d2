import { parseArgs } from 'node:util';
import { LetheError } from '@lethe/errors';
import { problemsError, shown, type Problem } from './problem.js';
import { isTcpAddress } from './tcp-address.js';

/** How a worker that was started by hand joins a run elsewhere. */
export interface JoinOptions {
  /** `tcp://host:port` of the coordinator. */
  readonly address: string;
  /** The run's public CURVE key, 32 bytes as lower-case hexadecimal digits; null: plain text. */
  readonly key: string | null;
  readonly token: string;
  readonly insecurePlaintext: boolean;
}

/** The flags as they were typed. */
export interface JoinFlags {
  readonly join?: string | undefined;
  readonly key?: string | undefined;
  readonly token?: string | undefined;
  readonly insecurePlaintext?: boolean | undefined;
}

const KEY = /^[0-9a-f]{64}$/i;
const TOKEN = /^[\w.~+/=-]+$/;

function keyProblem({ key, insecurePlaintext = false }: JoinFlags): Problem | undefined {
  if (insecurePlaintext) {
    return key === undefined ? undefined : { where: '--key', expected: 'no key together with --insecure-plaintext', found: shown(key) };
  }
  if (key !== undefined && KEY.test(key)) return undefined;
  const found = key === undefined ? 'nothing' : `${key.length} characters`;
  return { where: '--key', expected: "the run's key of 64 hexadecimal digits (or --insecure-plaintext)", found };
}

/** Checks the flags of a joining worker. @throws LetheError CONFIG_INVALID naming every problem at once */
export function compileJoinOptions(flags: JoinFlags): JoinOptions {
  const problems: Problem[] = [];
  const { join = '', token = '' } = flags;
  if (!isTcpAddress(join)) problems.push({ where: '--join', expected: 'an address like tcp://192.0.2.7:5555', found: shown(flags.join) });
  const badKey = keyProblem(flags);
  if (badKey !== undefined) problems.push(badKey);
  if (!TOKEN.test(token)) problems.push({ where: '--token', expected: 'the token that the run printed', found: shown(flags.token) });
  if (problems.length > 0) throw problemsError(problems);
  return { address: join, key: flags.key?.toLowerCase() ?? null, token, insecurePlaintext: flags.insecurePlaintext ?? false };
}

/** What `lethe worker` was called with, for the worker's own process. @param argv arguments after the script's name */
export function parseJoinArguments(argv: readonly string[]): JoinOptions {
  const text = { type: 'string' } as const;
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: { join: text, key: text, token: text, 'insecure-plaintext': { type: 'boolean' } },
      strict: true,
    });
    return compileJoinOptions({ ...values, insecurePlaintext: values['insecure-plaintext'] });
  } catch (error) {
    if (error instanceof LetheError) throw error;
    throw new LetheError('CONFIG_INVALID', `lethe worker: ${error instanceof Error ? error.message : String(error)}`);
  }
}
