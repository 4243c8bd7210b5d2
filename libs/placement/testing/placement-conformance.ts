import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PlacedProcess, Placement, ProcessToPlace } from '../src/index.js';

/** Longest that a scheduler may take to start or end something. */
const PATIENCE_MS = 60_000;

/** What `ProcessToPlace` says of a process, but for what all of them have in common here. */
type Wanted = Partial<ProcessToPlace> & { readonly script: string };

/** A placement that is to be tested. */
export interface TestedPlacement {
  readonly placement: Placement;
  /** Names that its processes may run on. */
  readonly hosts: readonly string[];
}

/**
 * What every placement does. Its processes share the file system of this machine.
 * @param open opens one; it is closed by the tests
 */
export function placementConformance(name: string, open: (folder: string) => Promise<TestedPlacement>): void {
  describe(`processes that are placed on ${name}`, () => {
    let folder: string;
    let tested: TestedPlacement;
    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'lethe-placement-'));
      tested = await open(folder);
    }, PATIENCE_MS);
    afterAll(async () => {
      await tested.placement.close();
      rmSync(folder, { recursive: true, force: true });
    }, PATIENCE_MS);

    let count = 0;
    /** Node with a script, which is told a file of its own as its first argument. */
    function place({ script, ...wanted }: Wanted): PlacedProcess & { readonly file: string; readonly started: readonly string[] } {
      count += 1;
      const [program, file] = [join(folder, `${count}.cjs`), join(folder, `${count}.txt`)];
      writeFileSync(program, `const { appendFileSync, writeFileSync } = require('node:fs');\nconst file = process.argv[2];\n${script}\n`);
      const started: string[] = [];
      const placed = tested.placement.place({
        name: `process-${count}`, command: [process.execPath, program, file], folder, environment: {}, message: null,
        resources: { cores: 1, gpus: 0 }, printedFile: null, onStarted: (host) => started.push(host), ...wanted,
      });
      return { ended: placed.ended, interrupt: () => { placed.interrupt(); }, kill: () => { placed.kill(); }, file, started };
    }

    async function until(isSo: () => boolean): Promise<void> {
      const deadline = performance.now() + PATIENCE_MS;
      while (!isSo() && performance.now() < deadline) await sleep(20);
      expect(isSo()).toBe(true);
    }
    const isGone = (file: string): boolean => {
      try {
        process.kill(Number(readFileSync(file, 'utf8')), 0);
        return false;
      } catch {
        return true;
      }
    };
    const STAYS = 'writeFileSync(file, String(process.pid)); setInterval(() => undefined, 1000);';

    it('get their message, folder, arguments and environment, and print where they are to', async () => {
      const printedFile = join(folder, 'printed/by.log');
      const message = JSON.stringify({ secret: 'with "quotes", $dollars and höher', long: 'x'.repeat(100_000) });
      const { ended, file, started } = place({
        message, printedFile, environment: { LETHE_GIVEN: "it's $given", HOME: undefined },
        script: `require('node:readline').createInterface({ input: process.stdin }).once('line', (line) => {
          const { LETHE_GIVEN: given, HOME: home = null } = process.env;
          writeFileSync(file, JSON.stringify({ line, folder: process.cwd(), given, home }));
          console.log('to standard output');
          console.error('to standard error');
          process.exit(0);
        });`,
      });
      expect(await ended).toMatchObject({ code: 0, errors: '' });
      expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ line: message, folder, given: "it's $given", home: null });
      expect(readFileSync(printedFile, 'utf8')).toMatch(/^to standard (output|error)\nto standard (output|error)\n$/);
      expect(started).toEqual([expect.toSatisfy((host: string) => tested.hosts.includes(host))]);
    }, PATIENCE_MS);

    it('have their standard input open for as long as they run', async () => {
      const script = "process.stdin.on('end', () => process.exit(5)).resume(); setTimeout(process.exit, 500, 0);";
      const { ended } = place({ message: 'x', script });
      expect((await ended).code).toBe(0);
    }, PATIENCE_MS);

    it('are told apart by how they end, with the last of their errors', async () => {
      const { ended } = place({ script: "console.error('error: this is why'); process.exitCode = 7;" });
      expect(await ended).toMatchObject({ code: 7, how: expect.stringContaining('exit code 7') as string });
      expect((await ended).errors).toContain('error: this is why');
    }, PATIENCE_MS);

    it('are said to have ended if they cannot start', async () => {
      const { ended, started } = place({ script: '', command: ['/no/such/program'] });
      expect((await ended).code).not.toBe(0);
      expect(started).toEqual([]);
    }, PATIENCE_MS);

    it('hear that they are to end', async () => {
      const asked = place({
        script: "process.on('SIGTERM', () => process.exit(9)); writeFileSync(file, 'ready'); setInterval(() => undefined, 1000);",
      });
      await until(() => existsSync(asked.file));
      asked.interrupt();
      expect((await asked.ended).code).toBe(9);
    }, PATIENCE_MS);

    it('end when they are killed, whatever they do against it, and another takes their place', async () => {
      const script = `for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(name, () => undefined);\n${STAYS}`;
      const stubborn = place({ name: 'stubborn', script });
      await until(() => existsSync(stubborn.file));
      stubborn.kill();
      expect((await stubborn.ended).code).not.toBe(0);
      const next = place({ name: 'stubborn', script: 'writeFileSync(file, String(process.pid));' });
      expect((await next.ended).code).toBe(0);
      await until(() => isGone(stubborn.file));
    }, PATIENCE_MS);

    it('run side by side, and none is left when the placement is closed', async () => {
      const both = [place({ script: STAYS }), place({ script: STAYS })];
      for (const { file } of both) await until(() => existsSync(file));
      await tested.placement.close();
      for (const { ended } of both) expect((await ended).code).not.toBe(0);
      for (const { file } of both) await until(() => isGone(file));
    }, PATIENCE_MS);
  });
}
