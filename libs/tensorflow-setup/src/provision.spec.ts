import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { hostname, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { provisionBuild, type ProvisionOptions } from './provision.js';
import type { EngineBuild } from './wheels.js';

/** A wheel of a few bytes, laid out as TensorFlow's, and an addon that loads; both are made with the real tools. */
let parts: string;
/** A machine of this test alone: its PATH and cache. */
let machine: string;
let build: EngineBuild;

const wheelScript = `
import sys, zipfile
with zipfile.ZipFile(sys.argv[1], 'w') as wheel:
  for name in ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2', 'include/tensorflow/c/c_api.h', 'python/not_needed.py']:
    wheel.writestr('tensorflow/' + name, name * 100)
`;
const addonSource = `
#include <node_api.h>
napi_value napi_register_module_v1(napi_env env, napi_value exports) {
  napi_value version;
  napi_create_string_utf8(env, "9.9.9", NAPI_AUTO_LENGTH, &version);
  napi_set_named_property(env, exports, "TF_Version", version);
  return exports;
}`;

beforeAll(() => {
  parts = mkdtempSync(join(tmpdir(), 'lethe-setup-parts-'));
  execFileSync('python3', ['-c', wheelScript, join(parts, 'tensorflow.whl')]);
  writeFileSync(join(parts, 'addon.c'), addonSource);
  const headers = join(dirname(createRequire(import.meta.url).resolve('node-api-headers/package.json')), 'include');
  execFileSync('g++', ['-shared', '-fPIC', '-x', 'c', '-I', headers, join(parts, 'addon.c'), '-o', join(parts, 'addon.node')]);
});

afterAll(() => rmSync(parts, { recursive: true }));

beforeEach(() => {
  machine = mkdtempSync(join(tmpdir(), 'lethe-setup-machine-'));
  for (const folder of ['bin', 'cache']) mkdirSync(join(machine, folder));
  build = { ...fakeBuild(join(parts, 'tensorflow.whl')) };
  installPip(`/bin/cp "${join(parts, 'tensorflow.whl')}" "$dest/"`);
  installCompiler(`/bin/cp "${join(parts, 'addon.node')}" "$out"`);
  return () => rmSync(machine, { recursive: true });
});

function fakeBuild(wheel: string): EngineBuild {
  const content = readFileSync(wheel);
  const sha256 = createHash('sha256').update(content).digest('hex');
  const wheels = [{ requirement: 'tensorflow-fake==9.9.9', sha256, bytes: content.length }];
  return { name: 'tensorflow-9.9.9', version: '9.9.9', wheels, pipPlatforms: ['manylinux_2_27_x86_64'], diskBytes: 1e6 };
}

/** A `python3` whose pip does what is given when it downloads, with the folder in $dest. */
function installPip(download: string): void {
  const findFolder = 'while [ $# -gt 0 ]; do [ "$1" = --dest ] && dest="$2"; shift; done';
  install('python3', `[ "$3" = --version ] && exit 0\n${findFolder}\n${download}`);
}

/** A `g++` that does what is given when it compiles, with the file to make in $out. */
function installCompiler(compile: string): void {
  install('g++', `[ "$1" = --version ] && exit 0\nwhile [ $# -gt 0 ]; do [ "$1" = -o ] && out="$2"; shift; done\n${compile}`);
}

function install(program: string, script: string): void {
  const file = join(machine, 'bin', program);
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
}

function uninstall(program: string): void {
  rmSync(join(machine, 'bin', program));
}

function options(): ProvisionOptions {
  return {
    cache: join(machine, 'cache'),
    environment: { PATH: join(machine, 'bin') },
    report: () => undefined,
  };
}

function provision(changes: Partial<ProvisionOptions> = {}): Promise<void> {
  return provisionBuild(build, { ...options(), ...changes });
}

const cached = (path = ''): string => join(machine, 'cache', build.name, path);
const addon = (): string => cached('tfjs_binding.node');

/** Expects a failure whose message names what to do, and nothing half made left behind. */
async function expectFailure(run: Promise<void>, message: string | RegExp): Promise<void> {
  await expect(run).rejects.toMatchObject({ code: 'ENGINE_SETUP_FAILED', message: expect.stringMatching(message) as string });
  expect(readdirSync(join(machine, 'cache'))).toEqual([]);
}

describe('provision', () => {
  it('leaves the libraries and the addon in the cache, and nothing else', async () => {
    await provision();
    expect(readdirSync(join(machine, 'cache'))).toEqual([build.name]);
    expect(readdirSync(cached())).toEqual(['complete.json', 'liblethe_quiet_start.so', 'tensorflow', 'tfjs_binding.node']);
    expect(readdirSync(cached('tensorflow'))).toEqual(['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2']);
  });

  it('has nothing to do the second time: neither pip nor a compiler', async () => {
    await provision();
    uninstall('python3');
    uninstall('g++');
    await provision();
  });

  it('builds again when the cache was damaged or deleted', async () => {
    await provision();
    truncateSync(cached('tensorflow/libtensorflow_cc.so.2'), 10);
    await provision();
    expect(readFileSync(cached('tensorflow/libtensorflow_cc.so.2')).length).toBeGreaterThan(10);
    rmSync(cached(), { recursive: true });
    await provision();
    expect(existsSync(addon())).toBe(true);
  });

  it('lets two set-ups at a time both succeed', async () => {
    installPip(`/bin/sleep 0.2; /bin/cp "${join(parts, 'tensorflow.whl')}" "$dest/"`);
    await Promise.all([provision(), provision()]);
    expect(readdirSync(join(machine, 'cache'))).toEqual([build.name]);
  });

  it('clears away what a killed set-up left, and leaves a running one alone', async () => {
    const { pid: ended } = spawnSync('/bin/true');
    const partial = (processId: number) => join(machine, 'cache', `.partial-${hostname()}-${processId}-x`);
    mkdirSync(partial(ended));
    mkdirSync(partial(process.pid));
    await provision();
    expect(existsSync(partial(ended))).toBe(false);
    expect(existsSync(partial(process.pid))).toBe(true);
  });

  it('stops when it is interrupted, and clears away', async () => {
    const interrupt = new AbortController();
    installPip('exec /bin/sleep 30');
    const run = provision({ signal: interrupt.signal, report: () => setTimeout(() => interrupt.abort(), 100) });
    await expect(run).rejects.toMatchObject({ code: 'INTERRUPTED' });
    expect(readdirSync(join(machine, 'cache'))).toEqual([]);
  });
});

describe('provision fails and says what to do', () => {
  it('without Python', async () => {
    uninstall('python3');
    await expectFailure(provision(), 'apt install python3-pip');
  });

  it('without pip', async () => {
    install('python3', 'echo "/usr/bin/python3: No module named pip" >&2; exit 1');
    await expectFailure(provision(), 'apt install python3-pip');
  });

  it('without a compiler, before anything is downloaded', async () => {
    uninstall('g++');
    installPip('exit 1');
    await expectFailure(provision(), 'apt install g\\+\\+');
  });

  it('when the compiler fails, with its words', async () => {
    installCompiler('echo "tfjs_backend.cc:1: error: no such thing" >&2; exit 1');
    await expectFailure(provision(), 'error: no such thing');
  });

  it('when the addon does not load', async () => {
    installCompiler('echo nonsense > "$out"');
    await expectFailure(provision(), 'does not load on this machine');
  });

  it('without a network', async () => {
    installPip('echo "NewConnectionError: Temporary failure in name resolution" >&2; exit 1');
    await expectFailure(provision(), 'could not be reached.*PIP_INDEX_URL');
  });

  it('when pip refuses, with its words', async () => {
    installPip('echo "ERROR: No matching distribution found for tensorflow-cpu" >&2; exit 1');
    await expectFailure(provision(), /exit code 1[^]*No matching distribution/);
  });

  it('when the disk is too small, before anything is downloaded', async () => {
    build = { ...build, diskBytes: 1e18 };
    installPip('exit 1');
    await expectFailure(provision(), 'needs 1000000000.0 GB.*LETHE_CACHE');
  });

  it('when the disk fills up', async () => {
    installPip('echo "OSError: [Errno 28] No space left on device" >&2; exit 1');
    await expectFailure(provision(), 'is full.*LETHE_CACHE');
  });

  it('on a truncated wheel, and recovers the next time', async () => {
    const truncated = join(machine, 'truncated.whl');
    copyFileSync(join(parts, 'tensorflow.whl'), truncated);
    truncateSync(truncated, 200);
    const working = readFileSync(join(machine, 'bin/python3'), 'utf8');
    installPip(`/bin/cp "${truncated}" "$dest/"`);
    await expectFailure(provision(), 'not the expected file.*run the set-up again');
    writeFileSync(join(machine, 'bin/python3'), working);
    await provision();
    expect(existsSync(addon())).toBe(true);
  });

  it('when the cache is a file', async () => {
    const file = join(machine, 'file');
    writeFileSync(file, '');
    await expect(provision({ cache: file })).rejects.toMatchObject({ code: 'ENGINE_SETUP_FAILED' });
  });
});
