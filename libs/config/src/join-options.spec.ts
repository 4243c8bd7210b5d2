import { describe, expect, it } from 'vitest';
import { parseJoinArguments } from './join-options.js';

const KEY = `K${'a'.repeat(43)}`;
const TOKEN = `T${'b'.repeat(86)}`;
const good = ['--join', 'tcp://192.0.2.7:5555', '--key', KEY, '--token', TOKEN];

describe('parseJoinArguments', () => {
  it('reads the printed command line', () => {
    expect(parseJoinArguments([...good, '--engine', 'wasm', '--threads', '2'])).toEqual({
      address: 'tcp://192.0.2.7:5555', key: KEY, token: TOKEN, insecurePlaintext: false, engine: 'wasm', threads: 2,
    });
    expect(parseJoinArguments(['--join=tcp://[::1]:1', '--insecure-plaintext'])).toEqual({
      address: 'tcp://[::1]:1', key: null, token: null, insecurePlaintext: true, engine: 'native', threads: 1,
    });
  });

  it.each<[string[], string]>([
    [[], '3 problems:'],
    [['--join', 'host:5555', ...good.slice(2)], '--join: expected an address like tcp://192.0.2.7:5555, found "host:5555"'],
    [[...good.slice(0, 3), KEY.slice(1), ...good.slice(4)], '--key: expected what the run printed (or --insecure-plaintext), found 43 characters'],
    [[...good, '--insecure-plaintext'], '--key: expected nothing together with --insecure-plaintext'],
    [[...good.slice(0, 5), 'two words'], '--token: expected what the run printed (or --insecure-plaintext), found 9 characters'],
    [[...good, '--engine', 'cpu'], '--engine: expected native or wasm, found "cpu"'],
    [[...good, '--threads', '0'], '--threads: expected a whole number of at least 1, found "0"'],
    [[...good, '--wrkers', '3'], "Unknown option '--wrkers'"],
    [[...good, 'more'], 'Unexpected argument'],
  ])('refuses %j', (argv, message) => {
    expect(() => parseJoinArguments(argv)).toThrow(message);
  });
});
