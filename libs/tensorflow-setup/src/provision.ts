import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { compileAddon, requireCompiler, tryAddon } from './addon.js';
import { makePartialFolder, publish, requireRoom } from './cache-folder.js';
import { downloadWheels, requirePip } from './download.js';
import { extractWheel } from './extract.js';
import { completeFiles } from './installation.js';
import { explainSystemError, setupError } from './setup-error.js';
import { chooseBuild, type EngineBuild, type Host } from './wheels.js';

/** What a set-up run is given; nothing else is read from the environment. */
export interface ProvisionOptions {
  readonly cache: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly report: (line: string) => void;
  /** Cancels between steps and removes what was built so far. */
  readonly signal?: AbortSignal | undefined;
}

/** Puts native TensorFlow for a machine into the cache folder, unless it is there and intact. */
export async function provision(host: Host, options: ProvisionOptions): Promise<void> {
  return provisionBuild(chooseBuild(host), options);
}

/** `provision` for a given build. */
export async function provisionBuild(build: EngineBuild, options: ProvisionOptions): Promise<void> {
  const folder = join(options.cache, build.name);
  try {
    if (completeFiles(folder) === undefined) await buildFolder(build, folder, options);
    if (completeFiles(folder) === undefined) throw setupError(`${folder} was damaged while it was set up. Run the set-up again.`);
  } catch (error) {
    throw explainSystemError(error, options.cache);
  }
}

async function buildFolder(build: EngineBuild, folder: string, options: ProvisionOptions): Promise<void> {
  const { cache, environment, report, signal } = options;
  const command = { environment, signal };
  await requirePip(command);
  await requireCompiler(command);
  await mkdir(cache, { recursive: true });
  await requireRoom(cache, build);
  const partial = await makePartialFolder(cache, build);
  try {
    const wheelFolder = join(partial, 'wheels');
    await mkdir(wheelFolder);
    report(`downloading TensorFlow ${build.version} (${downloadSize(build)}, once per user) into ${cache}`);
    const wheels = await downloadWheels(build, wheelFolder, command);
    report('unpacking');
    for (const wheel of wheels) {
      signal?.throwIfAborted();
      await extractWheel(wheel, partial);
      await rm(wheel);
    }
    report('compiling the binding');
    await compileAddon(partial, command);
    await tryAddon(partial, build, command);
    await rm(wheelFolder, { recursive: true });
    await rm(join(partial, 'tensorflow/include'), { recursive: true, force: true });
    await publish(partial, folder);
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}

function downloadSize(build: EngineBuild): string {
  const bytes = build.wheels.reduce((sum, wheel) => sum + wheel.bytes, 0);
  return bytes < 1e9 ? `${Math.round(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}
