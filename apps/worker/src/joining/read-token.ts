import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { isJoinToken, type JoinOptions } from '@lethe/config';
import { LetheError } from '@lethe/errors';

/** Where a token may come from. */
export interface TokenSource {
  /** Folder that a relative path means. */
  readonly folder: string;
  readonly standardInput: Readable;
  /** Called with what other users of this machine could see. */
  readonly warn: (line: string) => void;
}

/** More bytes than any token has. */
const MOST_BYTES = 4096;

/**
 * The token of a joining worker; null: none is needed, in plain text.
 *
 * @throws LetheError CONFIG_INVALID naming the file; the message has nothing of the token, not even of half a token
 */
export async function readToken(options: Pick<JoinOptions, 'token' | 'tokenFile'>, source: TokenSource): Promise<string | null> {
  const { token, tokenFile } = options;
  const { folder, standardInput, warn } = source;
  if (token !== null) {
    const remedy = '--token-file FILE cannot, nor can standard input (--token-file -)';
    warn(`--token can be seen by every user of this machine in the list of processes; ${remedy}`);
  }
  if (tokenFile === null) return token;
  const where = tokenFile === '-' ? 'standard input' : tokenFile;
  const text = (await (tokenFile === '-' ? beginningOf(standardInput) : readPrivateFile(resolve(folder, tokenFile), where, warn))).trim();
  if (isJoinToken(text)) return text;
  throw new LetheError('CONFIG_INVALID', `--token-file: expected the token of a run in ${where}, found ${text.length} characters`);
}

async function readPrivateFile(file: string, where: string, warn: TokenSource['warn']): Promise<string> {
  try {
    const { mode } = await stat(file);
    if ((mode & 0o077) !== 0) warn(`${where} can be read by other users of this machine: chmod 600 ${where}`);
    return await beginningOf(createReadStream(file));
  } catch (error) {
    const message = `--token-file: expected a file that can be read, found ${where}`;
    throw new LetheError('CONFIG_INVALID', message, { cause: error });
  }
}

async function beginningOf(stream: Readable): Promise<string> {
  let text = '';
  for await (const bytes of stream) {
    text += String(bytes);
    if (text.length > MOST_BYTES) break;
  }
  return text;
}
