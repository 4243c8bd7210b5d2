import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

import { type CommandOptions, type CommandResult, lastLines, runCommand, withTemporaryFolder } from './command.js';
import { diskFull, setupError } from './setup-error.js';
import type { EngineBuild } from './wheels.js';

const pythonMissing =
  'Python 3 with pip is needed once, to download TensorFlow, and was not found. ' +
  'Install it (Debian and Ubuntu: apt install python3-pip; Fedora: dnf install python3-pip).';

/** What pip prints when it does not reach the index. */
const OFFLINE = new RegExp([
  'NewConnectionError', 'Temporary failure in name resolution', 'Connection refused', 'timed out', 'ProxyError',
  'Network is unreachable', 'SSLError',
].join('|'));

/** Fails early, before anything is downloaded, when there is no usable pip. */
export async function requirePip(options: CommandOptions): Promise<void> {
  const result = await runCommand('python3', ['-m', 'pip', '--version'], options);
  if (result.missing || /No module named '?pip/.test(result.output)) {
    throw setupError(pythonMissing, { details: { output: result.output } });
  }
  if (result.exitCode !== 0) {
    throw setupError(`"python3 -m pip --version" failed; repair that first:\n${lastLines(result.output)}`);
  }
}

/** Downloads a build's wheels into a folder with pip, so that the user's index, proxy and mirror settings hold. */
export async function downloadWheels(build: EngineBuild, folder: string, options: CommandOptions): Promise<string[]> {
  const platforms = build.pipPlatforms.flatMap((platform) => ['--platform', platform]);
  const pipArguments = [
    '-m', 'pip', 'download', '--no-deps', '--only-binary=:all:', '--no-input', '--no-cache-dir',
    '--progress-bar', 'off', '--disable-pip-version-check', '--retries', '2', '--timeout', '30',
    '--python-version', '3.11', '--implementation', 'cp', '--abi', 'cp311', '--abi', 'none', ...platforms,
    '--dest', folder, ...build.wheels.map((wheel) => wheel.requirement),
  ];
  const result = await runCommand('python3', pipArguments, withTemporaryFolder(options, folder));
  if (result.exitCode !== 0) throw explainPip(result, folder);
  return checkWheels(build, folder);
}

/** Compares what arrived with the pinned hashes; the names of the files do not matter. */
async function checkWheels(build: EngineBuild, folder: string): Promise<string[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.whl'));
  const files = names.map((name) => join(folder, name));
  const found = new Map<string, string>();
  for (const file of files) found.set(await sha256(file), file);
  for (const wheel of build.wheels) {
    if (found.has(wheel.sha256)) continue;
    throw setupError(
      `The downloaded ${wheel.requirement} is not the expected file: no file has SHA-256 ${wheel.sha256}, ` +
        `found ${[...found.keys()].join(', ') || 'none'}. The download was damaged or the package index serves ` +
        `another file: run the set-up again; if it happens again, check the index that pip is configured to use.`,
      { details: { requirement: wheel.requirement, expected: wheel.sha256, found: [...found.keys()] } },
    );
  }
  return build.wheels.map((wheel) => found.get(wheel.sha256) as string);
}

async function sha256(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file, { highWaterMark: 1 << 20 }), hash);
  return hash.digest('hex');
}

function explainPip(result: CommandResult, folder: string): Error {
  if (result.missing) return setupError(pythonMissing);
  const output = lastLines(result.output);
  if (/No space left on device|Disk quota exceeded/.test(result.output)) return diskFull(folder, output);
  if (OFFLINE.test(result.output)) {
    return setupError(
      `The package index could not be reached. Check the network and proxy (pip reads HTTPS_PROXY), or point pip at ` +
        `a mirror (PIP_INDEX_URL) or a folder of wheels (PIP_FIND_LINKS with PIP_NO_INDEX=1):\n${output}`,
    );
  }
  return setupError(`pip could not download TensorFlow (exit code ${result.exitCode}):\n${output}`);
}
