import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';

import type { Engine } from './engine.js';

/** The part of an engine that decides its bits. */
export type EngineIdentity = Pick<Engine, 'name' | 'version' | 'device'>;

/**
 * Names everything besides the program that the bits of a result depend on: the engine's build, the threads inside an
 * operation, and what the processor can do, since kernels are chosen by it. `gpu` is the model, for GPU engines.
 */
export function engineFingerprint(engine: EngineIdentity, threads: number, gpu?: string): string {
  const processor = createHash('sha256').update(processorFeatures()).digest('hex').slice(0, 12);
  const device = engine.device === 'gpu' ? `gpu=${gpu ?? 'unknown'}` : 'cpu';
  return [engine.name, engine.version, process.arch, device, `threads=${threads}`, `processor=${processor}`].join(' ');
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
