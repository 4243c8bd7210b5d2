import { createInterface } from 'node:readline';
import type { LogLevel } from '@lethe/config';
import type { ListenOptions, RunKeys, Trust } from '@lethe/transport';

/** A run's keys as they travel to the processes that the coordinator starts; base64. */
export interface StartKeys {
  readonly listenerPublicKey: string;
  readonly listenerSecretKey: string;
  readonly memberPublicKey: string;
  readonly memberSecretKey: string;
}

/** What a worker elsewhere was given, which it finds there. */
export interface GivenResources {
  /** Null: all cores that it may use there. */
  readonly cores: number | null;
  readonly gpus: number;
}

/** The first line of a placed process's standard input, as JSON. */
export interface ProcessStart {
  /** Addresses of the coordinator: the process takes the first that it reaches. */
  readonly controlAddresses: readonly string[];
  /** Where a parameter server listens for workers; empty for a worker. */
  readonly dataAddress: string;
  readonly runId: string;
  readonly epoch: number;
  readonly incarnation: string;
  /** Null: only this user can reach the addresses; or the user insisted on plain text. */
  readonly keys: StartKeys | null;
  readonly insecurePlaintext: boolean;
  /** The largest frame that the run needs. */
  readonly maxFrameBytes: number;
  /** What a worker computes with. */
  readonly engine: 'native' | 'wasm';
  /** Inside an operation. */
  readonly threads: number;
  /** Operations at a time, where the coordinator has shared its machine out. */
  readonly interOpThreads: number;
  /** Of a worker elsewhere; null: it is on the coordinator's machine, which has set its environment. */
  readonly elsewhere: GivenResources | null;
  /** What the process is called: "worker-1". */
  readonly name: string;
  /** Absolute path of its log, on the coordinator's machine. */
  readonly logFile: string;
  readonly logLevel: LogLevel;
}

export function startKeys({ listener, member }: RunKeys): StartKeys {
  return {
    listenerPublicKey: toBase64(listener.publicKey),
    listenerSecretKey: toBase64(listener.secretKey),
    memberPublicKey: toBase64(member.publicKey),
    memberSecretKey: toBase64(member.secretKey),
  };
}

type TrustOfStart = Pick<ProcessStart, 'keys' | 'insecurePlaintext' | 'maxFrameBytes'>;

/**
 * Exit code of a worker that lacks what it computes with where it runs: a GPU, TensorFlow. Its last line on standard error says so. Started
 * again in the same place it lacks the same.
 */
export const LACKING_EXIT_CODE = 6;

/** How a started process listens. */
export function listenerTrust(start: TrustOfStart): Pick<ListenOptions, 'security' | 'insecurePlaintext' | 'maxFrameBytes'> {
  const { keys, insecurePlaintext, maxFrameBytes } = start;
  if (keys === null) return { insecurePlaintext, maxFrameBytes };
  const [publicKey, secretKey] = [fromBase64(keys.listenerPublicKey), fromBase64(keys.listenerSecretKey)];
  return { insecurePlaintext, maxFrameBytes, security: { publicKey, secretKey, memberPublicKey: fromBase64(keys.memberPublicKey) } };
}

/** How a started process connects. */
export function memberTrust({ keys, insecurePlaintext, maxFrameBytes }: TrustOfStart): Trust {
  if (keys === null) return { insecurePlaintext, maxFrameBytes };
  const [publicKey, secretKey] = [fromBase64(keys.memberPublicKey), fromBase64(keys.memberSecretKey)];
  return { insecurePlaintext, maxFrameBytes, security: { listenerPublicKey: fromBase64(keys.listenerPublicKey), publicKey, secretKey } };
}

function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}

function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, 'base64'));
}

/**
 * In a process that the coordinator has placed: its instructions. From here on the process ends with the coordinator,
 * however that dies; signals that reach the whole group (Ctrl-C, a service manager's SIGTERM, a request for a checkpoint) are the
 * coordinator's to answer, which needs its processes for a last checkpoint.
 */
export function receiveProcessStart(): Promise<ProcessStart> {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR2'] as const) process.on(signal, () => undefined);
  const lines = createInterface({ input: process.stdin });
  lines.once('close', () => process.exit(1));
  return new Promise((resolve) => lines.once('line', (line) => { resolve(JSON.parse(line) as ProcessStart); }));
}
