import { rmSync, writeFileSync } from 'node:fs';
import type { OwnCode } from '@lethe/code';
import { errorMessage, LetheError } from '@lethe/errors';
import { readableWord } from '@lethe/placement';
import { encodeJoinKey, encodeJoinToken, outsideAddresses, type Listener, type RunKeys } from '@lethe/transport';

/** The token of a run in a file that only this user can read, as long as the run goes on: a command line can be seen by all. */
export class JoinTokenFile {
  readonly path: string;

  /** @throws LetheError STORAGE_FAILED */
  constructor(path: string, { member }: RunKeys) {
    this.path = path;
    try {
      // A file of an earlier start may be readable by others.
      this.remove();
      writeFileSync(path, `${encodeJoinToken(member)}\n`, { mode: 0o600, flag: 'wx' });
    } catch (error) {
      throw new LetheError(
        'STORAGE_FAILED',
        `${path}: expected a place for the token of those who join, found none (${errorMessage(error)})`,
        { cause: error },
      );
    }
  }

  remove(): void {
    rmSync(this.path, { force: true });
  }
}

interface JoinLineOptions {
  readonly engine: string;
  readonly threads: number;
  readonly tokenFile: string;
  readonly advertise: string | null;
  readonly code: readonly OwnCode[];
}

/** With which command workers elsewhere join, at which other addresses of this machine they may, and what they have to allow. */
export function joinLines(listener: Listener, keys: RunKeys | null, options: JoinLineOptions): string[] {
  const code = options.code.map(({ role, name }) => `the ${role} ${name}`).join(' and ');
  const allowing = `(the run brings ${code}: workers need --allow-code too, which lets this code do there whatever their user can)`;
  return [...addressLines(listener, keys, options), ...(code === '' ? [] : [allowing])];
}

function addressLines(
  { boundAddress, address }: Listener, keys: RunKeys | null, { engine, threads, tokenFile, advertise }: JoinLineOptions,
): string[] {
  const port = /\d+$/.exec(boundAddress)?.[0] ?? '';
  const [first, ...others] =
    advertise === null ? outsideAddresses(boundAddress) : [{ address: `tcp://${advertise}:${port}`, interface: null }];
  const trust = (file: string): string => (
    keys === null ? '--insecure-plaintext' : `--key ${encodeJoinKey(keys.listener.publicKey)} --token-file ${file}`
  );
  const join = (file: string): string => (
    `npx lethe worker --join ${first?.address ?? address} ${trust(file)} --engine ${engine} --threads ${threads}`
  );
  const command = `workers join with: ${join(readableWord(tokenFile))}`;
  if (first === undefined) return [command, '(no interface of this machine leads elsewhere: only its own processes can join)'];
  const host = hostOf(first.address);
  const elsewhere = `(on another machine: ssh ${readableWord(host)} ${thereInShell(`cat ${readableWord(tokenFile)}`)} | ${join('-')})`;
  const named = others.map((other) => `${other.address} (${other.interface ?? ''})`);
  return [
    command,
    ...(keys === null || LOOPBACK.test(host) ? [] : [elsewhere]),
    ...(named.length === 0 ? [] : [
      `(that is ${first.interface ?? ''}; this machine also has ${named.join(', ')}; --advertise ADDRESS chooses for that line)`,
    ]),
  ];
}

const LOOPBACK = /^(127\.|::1$|localhost$)/;

/** Name or address in an address like tcp://[fd00::1]:5555, as ssh takes it. */
function hostOf(address: string): string {
  return /^tcp:\/\/\[?(.+?)\]?:\d+$/.exec(address)?.[1] ?? address;
}

/** A command as ssh takes it, which hands it to a second shell. */
function thereInShell(command: string): string {
  return /^[\w./@:+ -]+$/.test(command) ? command : readableWord(command);
}
