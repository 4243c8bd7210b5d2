import { errorMessage } from '@lethe/errors';
import { closePrinted, openPrinted } from '../child-end.js';
import type { LocalPlacement } from '../local-placement.js';
import type { PlacedProcess, Placement, ProcessEnd, ProcessToPlace } from '../placement.js';
import type { ReadyHost } from './ask-host.js';
import { LOCALHOST } from './host-list.js';
import { Places, type HostPlace } from './places.js';
import { RemoteProcess } from './remote-process.js';
import type { Ssh } from './ssh.js';
import { Turns } from './turns.js';

/** Connections to a host that are being made at the same time: sshd refuses some from the tenth on. */
const CONNECTING = 4;
const TOLD_TO_END: ProcessEnd = { code: null, how: 'it was told to end before it started', errors: '' };

/** What hosts are connected by, and what is used here. */
export interface HostMeans {
  readonly ssh: Ssh;
  readonly local: LocalPlacement;
  /** Path of this machine's Node, which a command that is placed begins with. */
  readonly node: string;
}

/** A process until its end: it waits for a place, for a connection, or runs. */
interface Playing {
  readonly givenUp: AbortController;
  running: PlacedProcess | null;
}

/** Hosts that ssh connects to. A process waits until one of their places is free. */
export class HostPlacement implements Placement {
  readonly name: string;
  readonly isHere: boolean;
  readonly #hosts: ReadonlyMap<string, ReadyHost>;
  readonly #places: Places;
  readonly #means: HostMeans;
  readonly #playing = new Map<Playing, Promise<ProcessEnd>>();
  readonly #connecting: ReadonlyMap<string, Turns>;

  constructor(name: string, hosts: readonly ReadyHost[], means: HostMeans) {
    this.name = name;
    this.isHere = hosts.every(({ host }) => host === LOCALHOST);
    this.#hosts = new Map(hosts.map((host) => [host.host, host]));
    this.#connecting = new Map(hosts.map(({ host }) => [host, new Turns(CONNECTING)]));
    this.#places = new Places(hosts);
    this.#means = means;
  }

  place(process: ProcessToPlace): PlacedProcess {
    // Whether it can be opened is known now; when the process starts is not.
    closePrinted(openPrinted(process.printedFile));
    const playing: Playing = { givenUp: new AbortController(), running: null };
    const ended = this.#play(process, playing).catch((error: unknown): ProcessEnd => (
      { code: null, how: `it did not start (${errorMessage(error)})`, errors: '' }
    ));
    this.#playing.set(playing, ended);
    void ended.then(() => { this.#playing.delete(playing); });
    return { ended, interrupt: () => { tell(playing, 'interrupt'); }, kill: () => { tell(playing, 'kill'); } };
  }

  async close(): Promise<void> {
    const all = [...this.#playing];
    for (const [playing] of all) tell(playing, 'kill');
    await Promise.all(all.map(([, ended]) => ended));
  }

  async #play(process: ProcessToPlace, playing: Playing): Promise<ProcessEnd> {
    const place = await this.#places.take(process.name, playing.givenUp.signal);
    if (place === null) return TOLD_TO_END;
    let wasReached = true;
    try {
      const fitted = { ...process, environment: { ...this.#gpusOf(process, place), ...process.environment } };
      if (place.host === LOCALHOST) return await this.#playHere(fitted, playing);
      const { wasReached: reached, ...end } = await this.#playThere(fitted, place, playing);
      wasReached = reached;
      return end;
    } finally {
      this.#places.free(place, wasReached);
    }
  }

  #playHere(process: ProcessToPlace, playing: Playing): Promise<ProcessEnd> {
    playing.running = this.#means.local.place(process);
    return playing.running.ended;
  }

  async #playThere(process: ProcessToPlace, { host }: HostPlace, playing: Playing): Promise<ProcessEnd & { readonly wasReached: boolean }> {
    const done = await (this.#connecting.get(host) ?? new Turns(CONNECTING)).take();
    try {
      if (playing.givenUp.signal.aborted) return { ...TOLD_TO_END, wasReached: true };
      const [executable = '', ...argv] = process.command;
      const node = this.#hosts.get(host)?.node ?? executable;
      const command = [executable === this.#means.node ? node : executable, ...argv];
      const running = new RemoteProcess(this.#means.ssh, host, { ...process, command });
      playing.running = running;
      void running.connected.then(done);
      return await running.ended;
    } finally {
      done();
    }
  }

  /** What it finds of the host's GPUs: its part of them, where the host has any. */
  #gpusOf({ resources }: ProcessToPlace, { host, index }: HostPlace): Readonly<Record<string, string>> {
    const gpus = this.#hosts.get(host)?.gpus ?? [];
    if (gpus.length === 0) return {};
    return { CUDA_VISIBLE_DEVICES: gpus.slice(index * resources.gpus, (index + 1) * resources.gpus).join(',') };
  }
}

function tell({ givenUp, running }: Playing, how: 'interrupt' | 'kill'): void {
  if (running === null) givenUp.abort();
  else running[how]();
}
