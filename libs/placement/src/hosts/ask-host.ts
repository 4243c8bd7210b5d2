import type { HostPlaces } from './host-list.js';
import { shellWord } from './shell.js';
import { failureOf, type Ssh } from './ssh.js';
import type { PlacementOpening } from '../scheduler.js';

/** Longest that a host may take to answer; the first start of a program from a network's file system is slow. */
const ANSWER_MS = 60_000;

/** What is placed, and has to be on every host. */
export interface PlacedProgram {
  /** Name for messages, such as "Lethe". */
  readonly name: string;
  /** Absolute path of its main module, which Node runs, and which prints its version when it is told `--version`. */
  readonly path: string;
  readonly version: string;
  /** Absolute path of Node here. Elsewhere it may be on the path instead. */
  readonly node: string;
}

/** What a host said of itself. */
export interface HostAnswer {
  /** Path of its Node; null: it has none. */
  readonly node: string | null;
  /** Of its Node; null: it was of no matter. */
  readonly nodeVersion: string | null;
  /** What the program printed as its version; null: it is not there. */
  readonly version: string | null;
  readonly cores: number;
  /** Ids or numbers for `CUDA_VISIBLE_DEVICES`. */
  readonly gpus: readonly string[];
  /** Those of the files that were asked for that it does not have. */
  readonly unseen: readonly string[];
}

/** A host that processes can be placed on. */
export interface ReadyHost extends HostPlaces {
  /** Path of its Node. */
  readonly node: string;
  readonly gpus: readonly string[];
}

/** @returns what it said, or why it cannot be asked */
export async function askHost(
  ssh: Ssh, host: string, program: PlacedProgram, { files, signal }: { readonly files: readonly string[]; readonly signal: AbortSignal },
): Promise<HostAnswer | string> {
  const answer = await ssh.run(host, questions(program, files), { timeoutMs: ANSWER_MS, signal });
  return answer.code === 0 ? readAnswer(answer.output) : failureOf(answer, host);
}

function questions({ path, node, version }: PlacedProgram, files: readonly string[]): string[] {
  return [
    `node=${shellWord(node)}`,
    '[ -x "$node" ] || node=$(command -v node)',
    'echo "node $node"',
    `if [ -n "$node" ] && [ -e ${shellWord(path)} ]; then found=$("$node" ${shellWord(path)} --version 2>&1 | tail -n 1); ` +
    `echo "version $found"; [ "$found" = ${shellWord(version)} ] || echo "node-version $("$node" --version)"; fi`,
    'echo "cores $(nproc 2>/dev/null || getconf _NPROCESSORS_ONLN)"',
    ...files.map((file) => `[ -e ${shellWord(file)} ] || echo "unseen "${shellWord(file)}`),
    'if [ -n "${CUDA_VISIBLE_DEVICES+given}" ]; then echo "devices $CUDA_VISIBLE_DEVICES"; else nvidia-smi -L 2>/dev/null; fi',
    // A host without nvidia-smi has answered too.
    'exit 0',
  ];
}

function readAnswer(output: string): HostAnswer {
  const lines = output.split('\n');
  const said = (name: string): string | null => lines.find((line) => line.startsWith(`${name} `))?.slice(name.length + 1).trim() || null;
  const isBounded = lines.some((line) => line.startsWith('devices'));
  return {
    node: said('node'), nodeVersion: said('node-version'), version: said('version'), cores: Number(said('cores') ?? 1),
    gpus: isBounded ? (said('devices') ?? '').split(',').filter((id) => id !== '') : listedGpus(lines),
    unseen: lines.filter((line) => line.startsWith('unseen ')).map((line) => line.slice('unseen '.length)),
  };
}

/** Ids of what `nvidia-smi -L` lists: the parts of a divided card, and the other cards. */
function listedGpus(lines: readonly string[]): string[] {
  const cards: { readonly id: string; readonly parts: string[] }[] = [];
  for (const line of lines) {
    const card = /^GPU \d+: .*\(UUID: (\S+)\)/.exec(line)?.[1];
    const part = /^\s+MIG .*\(UUID: (\S+)\)/.exec(line)?.[1];
    if (card !== undefined) cards.push({ id: card, parts: [] });
    else if (part !== undefined) cards.at(-1)?.parts.push(part);
  }
  return cards.flatMap(({ id, parts }) => (parts.length === 0 ? [id] : parts));
}

/** Whether the program is to be copied there. */
export function lacksProgram({ version }: HostAnswer, program: PlacedProgram): boolean {
  return version !== program.version;
}

/** What keeps processes from being placed on that host; empty: nothing. `found` is its answer, or why there is none. */
export function problemsOf(
  { host, places }: HostPlaces, found: HostAnswer | string, program: PlacedProgram, { cores, gpus }: PlacementOpening['resources'],
): string[] {
  const problem = (expected: string, there: string): string => `${host}: expected ${expected}, found ${there}`;
  if (typeof found === 'string') return [problem('a host that ssh logs in at', found)];
  if (found.node === null) return [problem(`Node at ${program.node} or on the PATH of a command over ssh`, 'none')];
  const each = `for ${places === 1 ? 'a process' : `each of ${places} processes`}`;
  return [
    ...(lacksProgram(found, program) ? [problem(`${program.name} ${program.version} at ${program.path}`, otherProgram(found))] : []),
    ...(cores === null || cores * places <= found.cores ? [] : [problem(`${cores} cores ${each}`, `${found.cores}`)]),
    ...(gpus * places <= found.gpus.length ? [] : [problem(`${gpus} ${gpus === 1 ? 'GPU' : 'GPUs'} ${each}`, `${found.gpus.length}`)]),
    ...found.unseen.map((file) => problem(`the same files as here: ${file}, which was written just now`, 'none')),
  ];
}

function otherProgram({ version, nodeVersion }: HostAnswer): string {
  const what = version === null ? 'nothing there' : `${version}, by Node ${nodeVersion ?? 'of no version'}`;
  return `${what} (--install copies it)`;
}
