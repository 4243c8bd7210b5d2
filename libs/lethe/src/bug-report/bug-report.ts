import { open, readdir, stat } from 'node:fs/promises';
import { arch, cpus, release, totalmem, type, version } from 'node:os';
import { join, relative } from 'node:path';
import { writeFileAtomically } from '@lethe/checkpoint';
import { RunFolder } from '@lethe/run-folder';
import { ownVersion } from '../own-version.js';
import { privateText } from './private-text.js';

/** Bytes of the end of each file that are taken. */
const MOST_BYTES = 2 ** 20;

/** Files of a run that say what it was and what it came to; none of them has a key or a token. */
const DOCUMENTS = ['config.json', 'summary.json', 'evaluation.json'];
const LOG_FILE = /\.(jsonl|log)$/;

/** What goes into a bug report. */
export interface BugReportOptions {
  /** Absolute path of the run's folder. */
  readonly runFolder: string;
  /** What `lethe doctor` has found, line by line. */
  readonly findings: readonly string[];
  /** Absolute path of the folder where the user typed, which takes the report. */
  readonly userFolder: string;
}

/** A report that was written. */
export interface BugReport {
  /** Absolute path. */
  readonly file: string;
  readonly bytes: number;
  /** What is in it, by name. */
  readonly parts: readonly string[];
}

interface Part { readonly name: string; readonly text: string }

/**
 * Writes all that a bug report needs into one text file, which can be read before it is sent.
 * @throws LetheError STORAGE_FAILED
 */
export async function writeBugReport({ runFolder, findings, userFolder }: BugReportOptions): Promise<BugReport> {
  const run = RunFolder.at(runFolder);
  const files = [...DOCUMENTS, ...(await logFiles(run))];
  const parts = [
    { name: 'versions', text: versions() },
    { name: 'doctor', text: findings.join('\n') },
    { name: 'files', text: (await listing(run)).join('\n') },
    ...(await Promise.all(files.map((file) => readEnd(run, file)))).flatMap((part) => part ?? []),
  ];
  const body = parts.map(({ name, text }) => `===== ${name} =====\n${text.trimEnd()}\n`).join('\n');
  const text = privateText(`The run ${run.name}, ${new Date().toISOString()}\n${LEFT_OUT}\n\n${body}`, { userFolder });
  const file = join(userFolder, `lethe-report-${run.name}.txt`);
  const bytes = Buffer.from(text);
  await writeFileAtomically(file, [bytes]);
  return { file, bytes: bytes.length, parts: parts.map(({ name }) => name) };
}

const LEFT_OUT = 'Left out: keys and tokens, data, weights, pictures. Home folders are ~, the folder of Lethe is <lethe>.\n'
  + 'Still in it: names of hosts, of columns and classes of the data, and paths outside of home folders.';

function versions(): string {
  const [processor] = cpus();
  const lines = {
    lethe: ownVersion(), node: process.version, system: `${type()} ${release()} ${arch()}`, kernel: version(),
    processor: `${cpus().length} x ${processor?.model ?? 'unknown'}`, memory: `${Math.round(totalmem() / 2 ** 20)} MiB`,
  };
  return Object.entries(lines).map(([name, text]) => `${name.padEnd(9)} ${text}`).join('\n');
}

async function logFiles({ logs, folder }: RunFolder): Promise<string[]> {
  const names = await readdir(logs).catch((): string[] => []);
  return names.filter((name) => LOG_FILE.test(name)).sort().map((name) => relative(folder, join(logs, name)));
}

/** Which files the run has, with their sizes. */
async function listing({ folder }: RunFolder): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name)).sort();
  // One that a running run removes meanwhile has no size.
  const sizeOf = (file: string): Promise<number> => stat(file).then(({ size }) => size, () => 0);
  return Promise.all(files.map(async (file) => `${String(await sizeOf(file)).padStart(12)}  ${relative(folder, file)}`));
}

/** The whole file, or its end from a beginning of a line on; null if it is not there or empty. */
async function readEnd({ folder }: RunFolder, name: string): Promise<Part | null> {
  const file = await open(join(folder, name)).catch(() => null);
  if (file === null) return null;
  try {
    const { size } = await file.stat();
    const bytes = Buffer.alloc(Math.min(size, MOST_BYTES));
    const { bytesRead } = await file.read(bytes, 0, bytes.length, size - bytes.length);
    const text = bytes.toString('utf8', 0, bytesRead);
    if (text.trim() === '') return null;
    if (size <= MOST_BYTES) return { name, text };
    return { name: `${name}, its last ${bytes.length} of ${size} bytes`, text: text.slice(text.indexOf('\n') + 1) };
  } finally {
    await file.close();
  }
}
