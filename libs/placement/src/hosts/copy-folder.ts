import { spawn } from 'node:child_process';
import { dirname } from 'node:path';
import { Transform } from 'node:stream';
import { createGzip } from 'node:zlib';
import { shellWord } from './shell.js';
import { failureOf, type Ssh } from './ssh.js';

/** Longest that copying may take. */
const COPY_MS = 3_600_000;
/** More takes this machine's cores longer than most networks take for the bytes that it saves. */
const COMPRESSION = { level: 1 };

/**
 * Copies a folder to the same path of a host, over what is there of that name. Files that are read there meanwhile stay what they were:
 * the new folder takes the place of the old one when it is complete.
 * @returns bytes that were sent, or why it cannot be copied
 */
export async function copyFolder(ssh: Ssh, host: string, folder: string, signal: AbortSignal): Promise<number | string> {
  const [kept, incoming, outgoing] = [folder, `${folder}.incoming`, `${folder}.outgoing`].map(shellWord) as [string, string, string];
  const tar = spawn('tar', ['-C', folder, '-cf', '-', '.'], { stdio: ['ignore', 'pipe', 'pipe'] });
  let [bytes, errors] = [0, ''];
  tar.stderr.on('data', (text: Buffer) => { errors += text.toString(); });
  const packed = new Promise<number | null>((resolve) => {
    tar.once('error', (error) => { errors += error.message; resolve(null); });
    tar.once('close', resolve);
  });
  const counted = new Transform({
    transform: (chunk: Buffer, _, next) => {
      bytes += chunk.length;
      next(null, chunk);
    },
  });
  const answer = await ssh.run(host, [
    `mkdir -p ${shellWord(dirname(folder))} && rm -rf ${incoming} ${outgoing} && mkdir ${incoming} || exit 1`,
    `tar -C ${incoming} -xzf - || { rm -rf ${incoming}; exit 1; }`,
    `if [ -e ${kept} ]; then mv ${kept} ${outgoing} || exit 1; fi`,
    `mv ${incoming} ${kept} && rm -rf ${outgoing}`,
  ], { timeoutMs: COPY_MS, input: tar.stdout.pipe(createGzip(COMPRESSION)).pipe(counted), signal });
  tar.kill();
  const code = await packed;
  if (answer.code !== 0) return failureOf(answer, host);
  return code === 0 ? bytes : `tar: ${errors.trim()}`;
}
