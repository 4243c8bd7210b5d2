#!/usr/bin/env node
// The workspace's own command: makes sure that what it needs is built, then runs the coordinator or the worker.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { constants } from 'node:os';
import { dirname, isAbsolute, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { bringUpToDate, RUN_PROGRAMS } from '../../../bundle.mjs';

const OLDEST_NODE = [20, 19];
const USAGE = 2;
const require = createRequire(import.meta.url);
const workspace = fileURLToPath(new URL('../../..', import.meta.url));
const inWorkspace = (path) => fileURLToPath(new URL(`../../../${path}`, import.meta.url));
const argv = process.argv.slice(2);

/** Ends like the child: with its exit code, or 128 + the signal that ended it. */
const exitCode = (code, signal) => code ?? 128 + constants.signals[signal];

function refuseOldNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1])) return;
  console.error(`error: expected Node ${OLDEST_NODE.join('.')} or newer, found ${process.versions.node}`);
  process.exit(USAGE);
}

/** Commands that only read: they need no TensorFlow. */
const COMPUTE_NOTHING = ['cache', 'runs'];

/** The Nx targets that still have to run, by the times of their outputs, so that the three seconds of asking Nx can be saved. */
function missingTargets() {
  const isFresh = (generated, source) =>
    (statSync(inWorkspace(generated), { throwIfNoEntry: false })?.mtimeMs ?? 0) >= statSync(inWorkspace(source)).mtimeMs;
  const isGenerated =
    isFresh('libs/protocol/generated/lethe.js', 'proto/lethe.proto')
    && isFresh('libs/optim/generated/kernels.wasm', 'libs/optim/assembly/kernels.ts');
  const addon = 'node_modules/@tensorflow/tfjs-node-gpu/lib/napi-v8/tfjs_binding.node';
  const needsNative = !asksForWasm && !COMPUTE_NOTHING.includes(argv[0]) && !existsSync(inWorkspace(addon));
  return [...(isGenerated ? [] : ['codegen']), ...(needsNative ? ['setup'] : [])];
}

/**
 * The folder where the user typed. npx moves to the nearest folder with a package.json above it and says in INIT_CWD where it was, and
 * Nx moves to the workspace; without either, INIT_CWD may be left over from an outer script.
 */
function userFolder() {
  const { INIT_CWD, npm_command: npmCommand, NX_TASK_TARGET_PROJECT: project, NX_TASK_TARGET_TARGET: target } = process.env;
  if (project === '@lethe/coordinator' && target === argv[0]) return INIT_CWD ?? process.cwd();
  if (INIT_CWD === undefined || npmCommand !== 'exec') return process.cwd();
  const below = relative(process.cwd(), INIT_CWD);
  return below.startsWith('..') || isAbsolute(below) ? process.cwd() : INIT_CWD;
}

/** What runs in place of this process, which only waits for it; null: nothing does yet. */
let child = null;
const onTerminal = [process.stdin, process.stdout, process.stderr].some((stream) => stream.isTTY);
const PASSED_ON = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** Ctrl-C on a terminal is sent to both by the terminal itself. */
function passOn(signal) {
  if (child === null) process.exit(exitCode(null, signal));
  if (signal !== 'SIGINT' || !onTerminal) child.kill(signal);
}

/** Runs a child and waits for it. */
function runToEnd(args, options) {
  const started = spawn(process.execPath, args, options);
  child = started;
  const output = [];
  started.stdout?.on('data', (bytes) => output.push(bytes));
  started.stderr?.on('data', (bytes) => output.push(bytes));
  return new Promise((resolve, reject) => {
    started.once('error', reject);
    started.once('close', (code, signal) => {
      child = null;
      resolve({ code: exitCode(code, signal), output: Buffer.concat(output).toString() });
    });
  });
}

/**
 * Runs targets quietly unless one fails. Without TensorFlow the doctor still has something to tell, and the grid of a
 * run that was computed on wasm needs none: these two go on.
 */
async function prepare(targets) {
  if (targets.length === 0) return;
  console.error(
    targets.includes('setup')
      ? 'Preparing TensorFlow and the generated code (the first time takes a minute)'
      : 'Preparing the generated code',
  );
  const nx = join(dirname(require.resolve('nx/package.json')), require('nx/package.json').bin.nx);
  for (const target of targets) {
    const { code, output } = await runToEnd([nx, 'run-many', '-t', target], { cwd: workspace, stdio: ['ignore', 'pipe', 'pipe'] });
    if (code === 0) continue;
    console.error(output.trim());
    if (target === 'setup' && code < 128 && ['doctor', 'grid'].includes(argv[0])) continue;
    if (target === 'setup') console.error('(--engine wasm does without TensorFlow, several times slower)');
    process.exit(code);
  }
}

const isHelp = argv.length === 0 || argv[0] === 'help' || argv.some((word) => ['--help', '-h', '--version'].includes(word));
const asksForWasm = argv.some((word, index) => word === '--engine=wasm' || (word === '--engine' && argv[index + 1] === 'wasm'));
const app = argv[0] === 'worker' && !isHelp ? 'worker' : 'coordinator';

/** A worker that joins by hand is started like those of a run. */
async function runWorker() {
  const { entry, nodeFlags, environment } = JSON.parse(readFileSync(inWorkspace('infra/local-cluster.json'), 'utf8')).worker;
  const { code } = await runToEnd([...nodeFlags, inWorkspace(entry), ...argv.slice(1)], {
    stdio: 'inherit',
    env: { ...environment, ...process.env, INIT_CWD: userFolder() },
  });
  process.exit(code);
}

/** In this process: nobody stands between a run and the signals that are sent to it. */
async function becomeCoordinator() {
  const entry = inWorkspace('apps/coordinator/dist/main.js');
  process.env.INIT_CWD = userFolder();
  process.argv[1] = entry;
  const main = import(pathToFileURL(entry).href);
  for (const signal of PASSED_ON) process.off(signal, passOn);
  await main;
}

// A request for a checkpoint (SIGUSR2): there is no run yet that could make one, and it must not die of being asked.
process.on('SIGUSR2', () => undefined);
for (const signal of PASSED_ON) process.on(signal, passOn);
refuseOldNode();
if (!isHelp) await prepare(missingTargets());
await bringUpToDate(RUN_PROGRAMS);
await (app === 'worker' ? runWorker() : becomeCoordinator());
