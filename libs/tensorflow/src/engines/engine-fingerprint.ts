import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';

import type { Engine } from './engine.js';

/** The part of an engine that decides its bits. */
export type EngineIdentity = Pick<Engine, 'name' | 'version' | 'build' | 'device'>;

/** What an engine computes with. */
export interface FingerprintOptions {
  /** Threads inside one operation. */
  readonly threads: number;
  /** The `gpuIdentity` of the GPU that the engine computes on; null on the CPU. */
  readonly gpu: string | null;
  /** Variables of the process that computes. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Variables that change how TensorFlow and its libraries compute, besides those that Lethe sets. */
const BIT_CHANGING =
  /^(TF_ENABLE_ONEDNN_OPTS|TF_XLA_FLAGS|XLA_FLAGS|(ONEDNN|DNNL)_\w+|TF_(CUDNN|DISABLE|USE)_\w+|CUBLAS_WORKSPACE_CONFIG)$/;

const CACHES = '/sys/devices/system/cpu/cpu0/cache';

/**
 * Names everything besides the program that the bits of a result depend on. Two fingerprints are compared as texts.
 *
 * It has the engine's build, the C library whose mathematics it uses, the threads inside an operation and the GPU. It has the features
 * and the cache sizes of the processor, since kernels and the order of their sums are chosen by these. It has the variables that change
 * how TensorFlow computes.
 *
 * The last word is Node's version, with which no bit is known to change. JavaScript itself computes additions, products and square roots,
 * which are the same in all versions, and logarithms and powers of e, which were the same in all versions that were tried.
 */
export function engineFingerprint(engine: EngineIdentity, { threads, gpu, environment }: FingerprintOptions): string {
  const { name, version, build, device } = engine;
  const settings = Object.entries(environment)
    .filter(([variable, value]) => value !== undefined && BIT_CHANGING.test(variable))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return [
    name,
    version,
    ...(build === null ? [] : [`build=${build}`, `libc=${libraryVersion()}`]),
    process.arch,
    device === 'gpu' ? `gpu=${gpu ?? 'unknown'}` : 'cpu',
    `threads=${threads}`,
    `processor=${shortHash(`${processorFeatures()} ${cacheSizes()}`)}`,
    ...(settings.length === 0 ? [] : [`settings=${shortHash(JSON.stringify(settings))}`]),
    `node=${process.versions.node}`,
  ].join(' ');
}

/** Twelve hexadecimal digits that stand for a text. */
export function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}

function libraryVersion(): string {
  const { report } = process as { report: { excludeNetwork?: boolean; getReport: () => object } };
  // Otherwise the report looks up the host name of every address that the process is connected to.
  report.excludeNetwork = true;
  const { header } = report.getReport() as { header?: { glibcVersionRuntime?: string } };
  return header?.glibcVersionRuntime ?? 'unknown';
}

function processorFeatures(): string {
  try {
    const description = readFileSync('/proc/cpuinfo', 'utf8');
    const features = /^(?:flags|Features)\s*:(.*)$/m.exec(description)?.[1];
    if (features !== undefined) return features.trim().split(/\s+/).sort().join(' ');
  } catch {
    // Not Linux: the model stands for its features.
  }
  return cpus()[0]?.model ?? 'unknown';
}

/** Such as "1 Data 32K, 1 Instruction 32K, 2 Unified 1024K"; empty where the kernel lists no caches. */
function cacheSizes(): string {
  try {
    const caches = readdirSync(CACHES).filter((name) => name.startsWith('index')).sort();
    const read = (cache: string, fact: string): string => readFileSync(join(CACHES, cache, fact), 'utf8').trim();
    return caches.map((cache) => ['level', 'type', 'size'].map((fact) => read(cache, fact)).join(' ')).join(', ');
  } catch {
    return '';
  }
}
