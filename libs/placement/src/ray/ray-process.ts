import { closeSync, writeSync } from 'node:fs';
import { openPrinted, type Printed } from '../child-end.js';
import type { PlacedProcess, ProcessEnd, ProcessToPlace } from '../placement.js';
import type { RayEvent, RayWish } from './ray-event.js';

/** Events of one process. */
type ProcessEvent = Extract<RayEvent, { readonly id: number }>;

/** A process that Ray has been given. */
export class RayProcess implements PlacedProcess {
  readonly ended: Promise<ProcessEnd>;
  readonly #id: number;
  readonly #tell: (wish: RayWish) => void;
  readonly #onStarted: (host: string) => void;
  readonly #printed: Printed;
  #resolve: (end: ProcessEnd) => void = () => undefined;
  #hasEnded = false;

  /** @throws whatever keeps the file for what is printed from being opened */
  constructor(id: number, process: ProcessToPlace, tell: (wish: RayWish) => void) {
    this.#id = id;
    this.#tell = tell;
    this.#onStarted = process.onStarted;
    this.#printed = openPrinted(process.printedFile);
    this.ended = new Promise((resolve) => { this.#resolve = resolve; });
    const { name, command, folder, environment, message, printedFile } = process;
    const variables = Object.fromEntries(Object.entries(environment).map(([variable, value]) => [variable, value ?? null]));
    tell({ do: 'start', id, name, command, folder, environment: variables, message, isPrinted: printedFile !== null });
  }

  interrupt(): void {
    this.#tell({ do: 'signal', id: this.#id, signal: 'SIGTERM' });
  }

  kill(): void {
    this.#tell({ do: 'kill', id: this.#id });
  }

  hear(event: ProcessEvent): void {
    if (event.event === 'started') this.#onStarted(event.host);
    else if (event.event === 'printed') this.#print(Buffer.from(event.bytes, 'base64'));
    else this.end(event);
  }

  end({ code, how, errors }: ProcessEnd): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    const { stdout, file } = this.#printed;
    if (stdout !== 'ignore') closeSync(stdout);
    this.#resolve({ code, how: file === null ? how : `${how}; it printed to ${file}`, errors });
  }

  #print(bytes: Buffer): void {
    const { stdout } = this.#printed;
    if (stdout === 'ignore' || this.#hasEnded) return;
    try {
      writeSync(stdout, bytes);
    } catch {
      // A full disk takes nothing of what is printed: no reason to end the process that prints.
    }
  }
}
