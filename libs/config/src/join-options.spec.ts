import { describe, expect, it } from 'vitest';
import { parseJoinArguments } from './join-options.js';

const KEY = '0123456789abcdef'.repeat(4);
const good = ['--join', 'tcp://192.0.2.7:5555', '--key', KEY, '--token', 'a-1_B'];

describe('parseJoinArguments', () => {
  it('reads the printed command line', () => {
    expect(parseJoinArguments(good)).toEqual({ address: 'tcp://192.0.2.7:5555', key: KEY, token: 'a-1_B', insecurePlaintext: false });
    expect(parseJoinArguments(['--join=tcp://[::1]:1', '--token', 't', '--insecure-plaintext'])).toEqual({
      address: 'tcp://[::1]:1', key: null, token: 't', insecurePlaintext: true,
    });
  });

  it.each<[string[], string]>([
    [[], '3 problems:'],
    [['--join', 'host:5555', ...good.slice(2)], '--join: expected an address like tcp://192.0.2.7:5555, found "host:5555"'],
    [[...good.slice(0, 3), KEY.slice(1), ...good.slice(4)], "--key: expected the run's key of 64 hexadecimal digits (or --insecure-plaintext), found 63 characters"],
    [[...good, '--insecure-plaintext'], '--key: expected no key together with --insecure-plaintext'],
    [[...good.slice(0, 5), 'two words'], '--token: expected the token that the run printed, found "two words"'],
    [[...good, '--wrkers', '3'], "Unknown option '--wrkers'"],
    [[...good, 'more'], 'Unexpected argument'],
  ])('refuses %j', (argv, message) => {
    expect(() => parseJoinArguments(argv)).toThrow(message);
  });
});
