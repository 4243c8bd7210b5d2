import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { closeSync, writeSync } from 'node:fs';
import { openPrinted } from '../child-end.js';
import type { PlacedProcess, ProcessEnd, ProcessToPlace } from '../placement.js';
import { SHELL_SAYS, shellLine, shellWord } from './shell.js';
import { SSH_FAILED, remedyOf, wordsOfSsh, type Ssh } from './ssh.js';

/** Characters of what a process wrote last to standard error: its error, with a trace. */
const LAST_ERRORS = 10_000;
/** Longest that a host takes to hear a signal: after that nothing more is known of the process there. */
const SIGNAL_MS = 10_000;
const STARTED = 'lethe-started';

/** How a process on a host ended. */
export interface RemoteEnd extends ProcessEnd {
  /** Whether the host could be reached, until its end. */
  readonly wasReached: boolean;
}

/** What of a process a host is told. */
export type RemoteStart = Pick<ProcessToPlace, 'command' | 'folder' | 'environment' | 'message' | 'printedFile' | 'onStarted'>;

/** The commands that become the process, told to a shell. Its process id stays. */
function startCommands({ command, folder, environment }: RemoteStart): string[] {
  const [executable = '', ...argv] = command.map(shellWord);
  const variables = Object.entries(environment).map(([name, value]) =>
    value === undefined ? `unset ${name}` : `export ${name}=${shellWord(value)}`,
  );
  return [
    `cd ${shellWord(folder)} || exit 1`,
    ...variables,
    `command -v ${executable} >/dev/null || { echo ${shellWord(`${command[0] ?? ''}: no such program`)} >&2; exit 127; }`,
    `echo ${STARTED}`,
    `exec ${[executable, ...argv].join(' ')}`,
  ];
}

/**
 * A process on a host: the system's ssh is a child of this one, and what it says is the process's. The process itself is the shell that
 * ssh has started there, which becomes it.
 */
export class RemoteProcess implements PlacedProcess {
  readonly ended: Promise<RemoteEnd>;
  /** The host has let ssh in, or the process has ended. */
  readonly connected: Promise<unknown>;
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #ssh: Ssh;
  readonly #host: string;
  readonly #start: RemoteStart;
  readonly #file: number | null;
  /** Its id there; null: not known yet. */
  #processId: string | null = null;
  #onShell: () => void = () => undefined;
  #isStarted = false;
  #isOver = false;
  /** What it was told to end by; null: nothing. */
  #signal: 'SIGTERM' | 'SIGKILL' | null = null;
  /** Output before it is known whose it is. */
  #unread = '';
  #errors = '';

  /** @throws whatever keeps the file from being opened that takes what it prints */
  constructor(ssh: Ssh, host: string, start: RemoteStart) {
    const printed = openPrinted(start.printedFile);
    this.#file = printed.stdout === 'ignore' ? null : printed.stdout;
    [this.#ssh, this.#host, this.#start] = [ssh, host, start];
    this.#child = ssh.shell(host);
    this.#child.stdout.on('data', (bytes: Buffer) => { this.#take(bytes); });
    this.#child.stderr.on('data', (bytes: Buffer) => {
      this.#errors = (this.#errors + bytes.toString()).slice(-LAST_ERRORS);
      if (this.#isStarted) this.#print(bytes);
    });
    // One that is gone takes no message: its end says so.
    this.#child.stdin.on('error', () => undefined);
    const shell = new Promise<void>((resolve) => { this.#onShell = resolve; });
    this.ended = new Promise((resolve) => {
      this.#child.once('error', (error) => { resolve(this.#end(null, `ssh did not start (${error.message})`)); });
      this.#child.once('close', (code) => { resolve(this.#end(code, this.#howEnded(code))); });
    });
    this.connected = Promise.race([shell, this.ended]);
  }

  interrupt(): void {
    this.#tell('SIGTERM');
  }

  kill(): void {
    this.#tell('SIGKILL');
  }

  #take(bytes: Buffer): void {
    if (this.#isStarted) {
      this.#print(bytes);
      return;
    }
    // What is not text comes from the process, after its start.
    this.#unread += bytes.toString('latin1');
    if (this.#processId === null) this.#hearShell();
    if (this.#processId !== null) this.#hearStart();
  }

  #hearShell(): void {
    const said = SHELL_SAYS.exec(this.#unread);
    if (said === null) return;
    [, this.#processId = null] = said;
    this.#unread = this.#unread.slice(said.index + said[0].length);
    this.#onShell();
    // One that was told to end meanwhile is not begun.
    if (this.#signal !== null) return;
    const { message } = this.#start;
    this.#child.stdin.write(`${shellLine(startCommands(this.#start))}\n${message === null ? '' : `${message}\n`}`);
  }

  #hearStart(): void {
    if (!this.#unread.startsWith(`${STARTED}\n`)) return;
    const output = Buffer.from(this.#unread.slice(STARTED.length + 1), 'latin1');
    this.#isStarted = true;
    // What came before is of ssh and of the shell's start.
    this.#errors = '';
    this.#start.onStarted(this.#host);
    if (output.length > 0) this.#print(output);
  }

  #print(bytes: Buffer): void {
    if (this.#file === null) return;
    try {
      writeSync(this.#file, bytes);
    } catch {
      // A full disk takes no more of what it prints; the process goes on.
    }
  }

  /** By a connection of its own: ssh passes no signals. Before the process is there, ssh's end is enough. */
  #tell(signal: 'SIGTERM' | 'SIGKILL'): void {
    if (this.#isOver || this.#signal === signal || this.#signal === 'SIGKILL') return;
    this.#signal = signal;
    if (this.#processId === null) {
      this.#child.kill('SIGKILL');
      return;
    }
    const told = this.#ssh.run(this.#host, [`kill -s ${signal.slice(3)} ${this.#processId}`], { timeoutMs: SIGNAL_MS });
    // The end of its standard input is what is left, where the host cannot be reached or something there keeps the connection.
    if (signal === 'SIGKILL')
      void told.then(({ code }) => {
        if (code === SSH_FAILED) this.#child.kill('SIGKILL');
        else setTimeout(() => { this.#child.kill('SIGKILL'); }, SIGNAL_MS).unref();
      });
  }

  #howEnded(code: number | null): string {
    const there = ` on ${this.#host}`;
    const words = code === SSH_FAILED ? wordsOfSsh(this.#errors) : null;
    if (words !== null) return `ssh to ${this.#host}: ${words}${remedyOf(this.#errors, this.#host)}`;
    if (!this.#isStarted) {
      if (this.#signal !== null) return `it was told to end (${this.#signal}) before it started${there}`;
      return `it did not start${there}: ${lastLine(this.#errors) ?? `exit code ${code ?? 'unknown'}`}`;
    }
    if (code !== null && code !== SSH_FAILED) return `exit code ${code}${there}`;
    if (code === null) return `killed${there}, which did not answer`;
    return `killed by ${this.#signal ?? 'a signal'}${there}`;
  }

  #end(code: number | null, how: string): RemoteEnd {
    this.#isOver = true;
    if (this.#file !== null) closeSync(this.#file);
    const { printedFile } = this.#start;
    return {
      code: code === SSH_FAILED ? null : code,
      how: printedFile === null || !this.#isStarted ? how : `${how}; it printed to ${printedFile}`,
      errors: printedFile === null && this.#isStarted ? this.#errors : '',
      wasReached: this.#processId !== null && (code !== SSH_FAILED || wordsOfSsh(this.#errors) === null),
    };
  }
}

function lastLine(text: string): string | null {
  return text.trim().split('\n').at(-1)?.trim() || null;
}
