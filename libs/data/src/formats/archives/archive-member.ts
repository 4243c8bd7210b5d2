import { posix } from 'node:path';
import { errorMessage, LetheError } from '@lethe/errors';
import { invalidData } from '../../invalid-data.js';

/** A file inside an archive, which is read when it is asked for. */
export interface ArchiveMember {
  /** Path in the archive, with forward slashes. */
  readonly path: string;
  /** Bytes when unpacked. */
  readonly size: number;
  /** @throws LetheError DATA_INVALID, DATA_TOO_LARGE */
  readonly read: () => Promise<Buffer>;
}

/** More files than any archive of images has; the names of so many take about a gigabyte. */
const MOST_MEMBERS = 5_000_000;

/** The members of an archive so far, each there once. */
export class MemberList {
  readonly #archive: string;
  readonly #members = new Map<string, ArchiveMember>();

  constructor(archive: string) {
    this.#archive = archive;
  }

  /** @throws LetheError DATA_INVALID for a name that leads out of the archive or is there already */
  add(name: string, size: number, read: ArchiveMember['read']): void {
    const path = checkedPath(this.#archive, name);
    if (this.#members.has(path)) throw invalidData(this.#archive, 'every file once', `${path} twice`);
    if (this.#members.size === MOST_MEMBERS) throw invalidData(this.#archive, `at most ${MOST_MEMBERS} files`, 'more');
    this.#members.set(path, { path, size, read });
  }

  all(): ArchiveMember[] {
    return [...this.#members.values()];
  }
}

/** @throws LetheError DATA_INVALID for a name that leads out of the archive */
function checkedPath(archive: string, name: string): string {
  const path = posix.normalize(name.replaceAll('\\', '/'));
  const isOutside = path === '..' || path.startsWith('../') || path.startsWith('/') || /^[a-z]:/i.test(path);
  if (isOutside) throw outsideError(archive, name);
  return path;
}

/** The error to end with for a member whose name leads out of the archive. */
export function outsideError(archive: string, name: string): LetheError {
  return invalidData(archive, 'files that lie in the archive\'s own folder', name);
}

/** The error to end with when reading an archive fails: those of the libraries mean that it is damaged. */
export function archiveError(archive: string, kind: string, cause: unknown): LetheError {
  if (cause instanceof LetheError) return cause;
  const message = `${archive}: expected an intact ${kind} archive, found it corrupted or cut off (${errorMessage(cause)})`;
  return new LetheError('DATA_INVALID', message, { cause, details: { archive } });
}
