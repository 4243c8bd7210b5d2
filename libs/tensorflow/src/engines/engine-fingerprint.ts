import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';

import type { Engine } from './engine.js';

/** The part of an engine that decides its bits. */
export type EngineIdentity = Pick<Engine, 'name' | 'version' | 'build' | 'device'>;

export interface FingerprintOptions {
  /** Inside one operation. */
  readonly threads: number;
  /** Of an engine that computes on a GPU, see `gpuIdentity`; null on the CPU. */
  readonly gpu: string | null;
  /** Of the process that computes. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Variables by which TensorFlow and its libraries are told to compute otherwise, besides those that Lethe sets. */
const BIT_CHANGING = /^(TF_ENABLE_ONEDNN_OPTS|TF_XLA_FLAGS|XLA_FLAGS|(ONEDNN|DNNL)_\w+|TF_(CUDNN|DISABLE|USE)_\w+|CUBLAS_WORKSPACE_CONFIG)$/;

const CACHES = '/sys/devices/system/cpu/cpu0/cache';

/**
 * Names everything besides the program that the bits of a result depend on, in words that are compared as they are: the engine's build, the
 * C library whose mathematics it uses, the threads inside an operation, the GPU, what the processor can do and how large its caches are,
 * since kernels and the blocks of their sums are chosen by that, and variables that were set to have it compute otherwise.
 *
 * The last word is Node's version. What JavaScript itself computes for a run is additions, products and square roots, which are
 * the same in all of them (and logarithms and powers of e that agreed in all that were tried), so that no bit is known to change with it.
 */
export function engineFingerprint({ name, version, build, device }: EngineIdentity, { threads, gpu, environment }: FingerprintOptions): string {
  const settings = Object.entries(environment).filter(([variable, value]) => value !== undefined && BIT_CHANGING.test(variable)).sort(([a], [b]) => (a < b ? -1 : 1));
  const processor = shortHash(`${processorFeatures()} ${cacheSizes()}`);
  return [
    name, version, ...(build === null ? [] : [`build=${build}`, `libc=${libraryVersion()}`]), process.arch, device === 'gpu' ? `gpu=${gpu ?? 'unknown'}` : 'cpu',
    `threads=${threads}`, `processor=${processor}`, ...(settings.length === 0 ? [] : [`settings=${shortHash(JSON.stringify(settings))}`]), `node=${process.versions.node}`,
  ].join(' ');
}

/** Twelve hexadecimal digits that stand for a text. */
export function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}

function libraryVersion(): string {
  const { report } = process as { report: { excludeNetwork?: boolean; getReport: () => object } };
  // Else it asks for the names of every address that the process is connected to.
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

/** Such as "1 Data 32K, 1 Instruction 32K, 2 Unified 1024K"; empty where the kernel does not tell. */
function cacheSizes(): string {
  try {
    const caches = readdirSync(CACHES).filter((name) => name.startsWith('index')).sort();
    return caches.map((cache) => ['level', 'type', 'size'].map((fact) => readFileSync(join(CACHES, cache, fact), 'utf8').trim()).join(' ')).join(', ');
  } catch {
    return '';
  }
}
