import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import type { Readable } from 'node:stream';
import { REMOTE_SHELL, SHELL_SAYS, shellLine } from './shell.js';

/** Seconds until a host counts as one that cannot be reached. */
const CONNECT_SECONDS = 10;
/** Questions to a silent host after which it is gone: ssh then ends. */
const QUESTIONS = 3;
/** What ssh itself ends with, and what it ends with for a command that a signal ended. */
export const SSH_FAILED = 255;
/** How ssh's own lines begin; those of a command go through the same stream. */
const OWN_LINES = new RegExp([
  'ssh: ', 'Host key verification failed', '(.*: )?Permission denied \\(', 'Connection (to|closed|reset|timed out)', 'Timeout, server ',
  'client_loop: ', 'kex_exchange_identification: ', 'ssh_exchange_identification: ', 'banner exchange: ', 'Read from remote host ',
  'packet_write_wait: ', 'Received disconnect from ', 'Disconnected from ', 'Unable to negotiate with ', 'Bad configuration option',
  'Load key ', 'Identity file ', 'Too many authentication failures',
].map((begin) => `^${begin}`).join('|'));

/** What a command on a host came to. */
export interface Answer {
  /** Its exit code; 255: it did not run, or a signal ended it. */
  readonly code: number;
  readonly output: string;
  readonly errors: string;
}

export interface CommandOptions {
  /** Milliseconds after which ssh is ended. */
  readonly timeoutMs: number;
  /** What the commands read from their standard input; default: nothing. */
  readonly input?: Readable;
  readonly signal?: AbortSignal;
}

export interface SshSettings {
  /** Absolute path of a private key; null: those that the user's agent and configuration have. */
  readonly identity: string | null;
  /** Seconds of silence after which a host counts as gone. */
  readonly silenceSeconds: number;
}

/** The ssh of the system, with what the user has configured: names, users, keys, and the keys of hosts, which it always checks. */
export class Ssh {
  readonly #environment: Readonly<Record<string, string | undefined>>;
  readonly #options: readonly string[];

  constructor(environment: Readonly<Record<string, string | undefined>>, { identity, silenceSeconds }: SshSettings) {
    this.#environment = environment;
    this.#options = [
      '-T',
      // It asks nobody: nobody may be there.
      '-o', 'BatchMode=yes', '-o', `ConnectTimeout=${CONNECT_SECONDS}`,
      '-o', `ServerAliveInterval=${Math.ceil(silenceSeconds / QUESTIONS)}`, '-o', `ServerAliveCountMax=${QUESTIONS}`,
      '-o', 'ForwardX11=no', '-o', 'ForwardAgent=no',
      ...(identity === null ? [] : ['-i', identity]),
    ];
  }

  /** A shell on that host, which says its process id and reads a line of commands. */
  shell(host: string): ChildProcessWithoutNullStreams {
    return spawn('ssh', [...this.#options, '--', host, REMOTE_SHELL], {
      env: this.#environment,
      // In a process group of its own: Ctrl-C at the terminal is not for it.
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
  }

  /** Runs commands on that host and waits for their end. Never rejected: what keeps them from running is in the answer. */
  run(host: string, commands: readonly string[], { timeoutMs, input, signal }: CommandOptions): Promise<Answer> {
    const child = this.shell(host);
    let [output, errors] = ['', ''];
    child.stdout.on('data', (text: Buffer) => { output += text.toString(); });
    child.stderr.on('data', (text: Buffer) => { errors += text.toString(); });
    // One that is gone reads nothing: its end says so.
    child.stdin.on('error', () => undefined);
    child.stdin.write(`${shellLine(commands)}\n`);
    if (input === undefined) child.stdin.end();
    else input.pipe(child.stdin);
    const give = (): void => { child.kill('SIGKILL'); };
    signal?.addEventListener('abort', give, { once: true });
    const timer = setTimeout(() => {
      errors += `ssh: no answer within ${timeoutMs / 1000} s\n`;
      give();
    }, timeoutMs);
    return new Promise((resolve) => {
      const end = (code: number): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', give);
        const said = SHELL_SAYS.exec(output);
        resolve({ code, output: said === null ? output : output.slice(said.index + said[0].length), errors });
      };
      child.once('error', (error) => { errors += `ssh: ${error.message}\n`; end(SSH_FAILED); });
      child.once('close', (code) => { end(code ?? SSH_FAILED); });
    });
  }
}

/** The last that ssh itself said, in its own words; null: it said nothing. */
export function wordsOfSsh(errors: string): string | null {
  const own = errors.split(/\r?\n/).filter((line) => OWN_LINES.test(line));
  return own.at(-1)?.replace(/^ssh: /, '').trim() ?? null;
}

/** What the user can do about what ssh said. */
export function remedyOf(errors: string, host: string): string {
  if (errors.includes('IDENTIFICATION HAS CHANGED'))
    return `; its key is another than the one in known_hosts: find out why, and remove the old one with ssh-keygen -R ${host}`;
  if (errors.includes('Host key verification failed'))
    return `; its key is not in known_hosts: log in once by hand (ssh ${host}), and compare the key that ssh shows`;
  if (errors.includes('Permission denied ('))
    return '; it takes a key that needs no password here: --identity FILE, or a key of your agent, in ~/.ssh/authorized_keys there';
  return '';
}

/** Why commands did not come to a good end on that host, in one line. */
export function failureOf({ code, errors }: Answer, host: string): string {
  const said = wordsOfSsh(errors) ?? errors.trim().split('\n').at(-1) ?? '';
  return `${said === '' ? `exit code ${code}` : said}${remedyOf(errors, host)}`;
}
