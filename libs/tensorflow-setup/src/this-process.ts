import { existsSync } from 'node:fs';

import type { Host } from './wheels.js';

/**
 * Variables of this process. TensorFlow reads its own settings from them when it is loaded. Where it lies is one more: whoever
 * loads it, in whichever process, finds the same one.
 */
export function thisEnvironment(): Readonly<Record<string, string | undefined>> {
  return process.env;
}

/** The machine that this process runs on, as far as it decides which TensorFlow it needs. */
export function thisHost(): Host {
  const { LETHE_TENSORFLOW: chosen } = thisEnvironment(); // cpu or cuda, for images that are built where no GPU is; or none
  return {
    platform: process.platform,
    architecture: process.arch,
    glibc: glibcVersion,
    nvidiaDriver: chosen ? chosen === 'cuda' : existsSync('/proc/driver/nvidia/version'),
    refused: chosen === 'none',
  };
}

function glibcVersion(): string | undefined {
  const { report } = process as { report: { excludeNetwork?: boolean; getReport: () => object } };
  // Otherwise the report looks up the host name of every address that the process is connected to.
  report.excludeNetwork = true;
  const { header } = report.getReport() as { header?: { glibcVersionRuntime?: string } };
  return header?.glibcVersionRuntime;
}
