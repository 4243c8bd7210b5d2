import { hashOfCode, loadedCode, type OwnCode } from '@lethe/code';
import type { Welcome } from '@lethe/protocol';
import { describe, expect, it } from 'vitest';
import { prepareWorker, type PrepareOptions } from './prepare-worker.js';

const text = "export default { kind: 'lethe-game', name: 'speaker' };";
const speaker: OwnCode = { role: 'game', name: 'speaker', sha256: hashOfCode(text), text };
const code = [speaker];

function prepare(allowCode: boolean, said: Partial<Welcome>): Promise<unknown> {
  const welcome: Welcome = {
    kind: 'welcome', name: 'worker-1', index: 0, configJson: '{}', dataJson: '{}', schemaHash: '', servers: [], code: [], ...said,
  };
  const options = { allowCode, openData: () => Promise.reject(new Error('no data here')) } as Partial<PrepareOptions> as PrepareOptions;
  return prepareWorker(options, welcome);
}

describe('a worker', () => {
  it('refuses code that nobody has allowed, and says how it is allowed', async () => {
    await expect(prepare(false, { code })).rejects.toMatchObject({
      code: 'CODE_REFUSED', message: expect.stringMatching(/brings the game speaker \([\da-f]{12}\); .* --allow-code: /) as string,
    });
    expect(() => loadedCode(hashOfCode(text))).toThrow();
    await expect(prepare(false, {})).rejects.toThrow('no data here');
  });

  it('loads code that is allowed, if it is the code of its hash, before it reads data', async () => {
    const changed = [{ ...speaker, text: `${text}//` }];
    await expect(prepare(true, { code: changed })).rejects.toMatchObject({ code: 'CODE_INVALID' });
    await expect(prepare(true, { code })).rejects.toThrow('no data here');
    expect(loadedCode(hashOfCode(text))).toMatchObject({ name: 'speaker' });
  });
});
