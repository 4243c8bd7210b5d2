import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
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
    expect(() => new LocalAddresses(join(folder, 'none'))).toThrow(/TMPDIR: expected a folder for sockets that can be written to, found .*none/);
  });
});
