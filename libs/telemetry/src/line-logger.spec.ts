import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { LineLogger } from './line-logger.js';

describe('LineLogger', () => {
  it('passes on whole lines across chunks, without colours, and remembers the last', async () => {
    const written: string[] = [];
    const logger = new LineLogger({ write: (line) => written.push(line), prefix: 'worker-1: ', remember: 2 });
    const stream = new PassThrough();
    const done = logger.follow(stream);
    const text = Buffer.from('first\r\n\n\u001b[31mzw\u00f6lf\u001b[0m\nthird\nunended');
    for (const byte of text) stream.write(Buffer.of(byte));
    stream.end();
    await done;
    expect(written).toEqual(['worker-1: first', 'worker-1: zw\u00f6lf', 'worker-1: third', 'worker-1: unended']);
    expect(logger.lastLines()).toEqual(['third', 'unended']);
  });

  it('keeps what was said before the pipe broke', async () => {
    const written: string[] = [];
    const stream = new PassThrough();
    const done = new LineLogger({ write: (line) => written.push(line) }).follow(stream);
    stream.once('data', () => setImmediate(() => stream.destroy(new Error('broken'))));
    stream.write('said\n');
    await done;
    expect(written).toEqual(['said']);
  });
});
