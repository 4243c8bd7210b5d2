import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createZeroMqTransport } from '@lethe/transport';
import { afterAll, describe, expect, it } from 'vitest';
import { LocalAddresses } from './local-addresses.js';

const folder = mkdtempSync(join(tmpdir(), 'lethe-addresses-'));
afterAll(() => { rmSync(folder, { recursive: true, force: true }); });

describe('local addresses', () => {
  it('can be listened at, however long the path of the temporary folder is', async () => {
    for (const length of [1, 20, 40, 120]) {
      const long = join(folder, 'x'.repeat(length));
      mkdirSync(long);
      const addresses = new LocalAddresses(long);
      const listener = await createZeroMqTransport().listen(addresses.of('server-1234-12345'), { insecurePlaintext: false });
      await listener.close();
      addresses.remove();
    }
  });

  it('name the setting that says where they lie, if nothing can be made there', () => {
    expect(() => new LocalAddresses(join(folder, 'none'))).toThrow(
      /TMPDIR: expected a folder for sockets that can be written to, found .*none/,
    );
  });

  it('of processes that were killed are removed by the next one, and nobody else\'s', () => {
    const temporary = join(folder, 'shared');
    mkdirSync(temporary);
    const dead = spawnSync(process.execPath, ['--version']).pid;
    const cases = [
      { what: 'its process is dead', change: { processId: dead }, isRemoved: true },
      { what: 'another process has its number now', change: { started: '1' }, isRemoved: true },
      { what: 'its process lives', change: {}, isRemoved: false },
      { what: 'it is of another machine, or an earlier start of this one', change: { processId: dead, boot: 'other' }, isRemoved: false },
      { what: 'it is of another container', change: { processId: dead, processes: 'pid:[1]' }, isRemoved: false },
      { what: 'nobody knows when its process started', change: { processId: dead, started: null }, isRemoved: false },
    ];
    const made = cases.map(({ change }) => {
      const before = new Set(readdirSync(temporary));
      new LocalAddresses(temporary).of('control');
      const own = join(temporary, readdirSync(temporary).find((name) => !before.has(name)) ?? '');
      return { own, change };
    });
    for (const { own, change } of made) {
      const file = join(own, 'owner.json');
      writeFileSync(file, JSON.stringify({ ...(JSON.parse(readFileSync(file, 'utf8')) as object), ...change }));
    }
    const others = ['lethe-unsigned', 'lethe-odd', 'else'].map((name) => join(temporary, name));
    for (const other of others) mkdirSync(other);
    writeFileSync(join(temporary, 'lethe-odd', 'owner.json'), '{');
    writeFileSync(join(temporary, 'else', 'owner.json'), JSON.stringify({ processId: dead, started: '1' }));
    new LocalAddresses(temporary).remove();
    expect(Object.fromEntries(cases.map(({ what }, index) => [what, !existsSync(made[index]?.own ?? '')]))).toEqual(
      Object.fromEntries(cases.map(({ what, isRemoved }) => [what, isRemoved])),
    );
    expect(others.every((other) => existsSync(other))).toBe(true);
  });
});
