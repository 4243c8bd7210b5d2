import type { GroupVersion } from '@lethe/protocol';

/** Tells what was committed for the first time from what is played again after a server was lost: only the first is progress. */
export class FarthestVersions {
  readonly #versions = new Map<string, number>();

  /** Whether the group has come farther than ever. */
  reached({ group, version }: GroupVersion): boolean {
    if (version <= (this.#versions.get(group) ?? -1)) return false;
    this.#versions.set(group, version);
    return true;
  }
}
