import { describe, expect, it } from 'vitest';
import { parseJoinArguments } from './join-options.js';

const KEY = `K${'a'.repeat(43)}`;
const TOKEN = `T${'b'.repeat(86)}`;
const good = ['--join', 'tcp://192.0.2.7:5555', '--key', KEY, '--token', TOKEN];
const plain = ['--join', 'tcp://192.0.2.7:5555', '--insecure-plaintext'];
const defaults = {
  tokenFile: null, workers: null, gpu: null, shareGpus: false, oversubscribe: false, allowCode: false, joinTimeoutSeconds: 60,
  logLevel: 'info', logFolder: null,
};

describe('parseJoinArguments', () => {
  it('reads the printed command line', () => {
    expect(parseJoinArguments([...good, '--engine', 'wasm', '--threads', '2'])).toEqual({
      address: 'tcp://192.0.2.7:5555', key: KEY, token: TOKEN, insecurePlaintext: false, engine: 'wasm', threads: 2, ...defaults,
    });
    expect(parseJoinArguments(['--join=tcp://[::1]:1', '--insecure-plaintext'])).toEqual({
      address: 'tcp://[::1]:1', key: null, token: null, insecurePlaintext: true, engine: 'native', threads: 1, ...defaults,
    });
    expect(parseJoinArguments([...good.slice(0, 4), '--token-file', '-'])).toMatchObject({ key: KEY, token: null, tokenFile: '-' });
  });

  it('reads how much is logged, and where', () => {
    const said = parseJoinArguments([...plain, '--log-level', 'debug', '--log-dir', 'here']);
    expect(said).toMatchObject({ logLevel: 'debug', logFolder: 'here' });
  });

  it('reads what the machine is to offer', () => {
    expect(
      parseJoinArguments([
        ...plain, '--workers', '3', '--gpu', '2,GPU-5d5', '--share-gpus', '--oversubscribe', '--allow-code', '--join-timeout', '2.5',
      ]),
    ).toMatchObject({ workers: 3, gpu: '2,GPU-5d5', shareGpus: true, oversubscribe: true, allowCode: true, joinTimeoutSeconds: 2.5 });
  });

  it.each<[string[], string]>([
    [[], '3 problems:'],
    [good.slice(0, 4), "--token-file: expected the file with the run's token (or --insecure-plaintext), found nothing"],
    [[...good, '--token-file', 'token'], '--token: expected nothing together with --token-file'],
    [[...plain, '--token-file', 'token'], '--token-file: expected nothing together with --insecure-plaintext'],
    [['--join', 'host:5555', ...good.slice(2)], '--join: expected an address like tcp://192.0.2.7:5555, found "host:5555"'],
    [
      [...good.slice(0, 3), KEY.slice(1), ...good.slice(4)],
      '--key: expected what the run printed (or --insecure-plaintext), found 43 characters',
    ],
    [[...good, '--insecure-plaintext'], '--key: expected nothing together with --insecure-plaintext'],
    [[...good.slice(0, 5), 'two words'], '--token: expected what the run made, found 9 characters'],
    [[...good, '--engine', 'cpu'], '--engine: expected native or wasm, found "cpu"'],
    [
      [...plain, '--log-level', 'loud'],
      '--log-level: expected trace or debug or info or warn or error or silent, found "loud"',
    ],
    [[...plain, '--workers', '0'], '--workers: expected a whole number of at least 1, found "0"'],
    [[...plain, '--join-timeout', '0'], '--join-timeout: expected seconds above 0, found "0"'],
    [[...plain, '--join-timeout', 'soon'], '--join-timeout: expected seconds above 0, found "soon"'],
    [[...plain, '--engine', 'wasm', '--gpu', '0'], '--gpu: expected nothing together with --engine wasm'],
    [[...good, '--threads', '0'], '--threads: expected a whole number of at least 1, found "0"'],
    [[...good, '--wrkers', '3'], "Unknown option '--wrkers'"],
    [[...good, 'more'], 'Unexpected argument'],
  ])('refuses %j', (argv, message) => {
    expect(() => parseJoinArguments(argv)).toThrow(message);
  });
});
