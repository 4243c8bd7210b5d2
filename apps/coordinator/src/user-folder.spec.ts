import { describe, expect, it } from 'vitest';
import { userFolder } from './user-folder.js';

const nx = { NX_TASK_TARGET_PROJECT: '@lethe/coordinator', NX_TASK_TARGET_TARGET: 'train' };

describe('the folder where the user typed', () => {
  it.each([
    ['is this one, whatever an outer script has left', { INIT_CWD: '/a/b', npm_command: 'run-script' }, '/a'],
    ['is the one that npx came from', { INIT_CWD: '/a/b/c', npm_command: 'exec' }, '/a/b/c'],
    ['is this one if npx came from somewhere else', { INIT_CWD: '/other', npm_command: 'exec' }, '/a'],
    ['is the one that Nx came from', { INIT_CWD: '/other', ...nx }, '/other'],
    ['is this one in a command of another task of Nx', { INIT_CWD: '/other', ...nx, NX_TASK_TARGET_TARGET: 'test' }, '/a'],
  ])('%s', (_, environment, expected) => {
    expect(userFolder(['train'], environment, '/a')).toBe(expected);
  });
});
