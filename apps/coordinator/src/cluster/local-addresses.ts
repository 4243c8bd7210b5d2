import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** Addresses on this machine, in a folder that only this user can enter; socket paths must be short. */
export class LocalAddresses {
  readonly #folder: string;

  constructor(temporaryFolder: string) {
    this.#folder = mkdtempSync(join(temporaryFolder, 'lethe-'));
  }

  of(name: string): string {
    return `ipc://${join(this.#folder, name)}`;
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
