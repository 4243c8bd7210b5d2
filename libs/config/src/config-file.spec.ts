import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readConfigFile } from './config-file.js';

const folder = mkdtempSync(join(tmpdir(), 'lethe-config-file-'));
mkdirSync(join(folder, 'settings'));
afterAll(() => { rmSync(folder, { recursive: true, force: true }); });

function put(text: string): string {
  const file = join(folder, 'settings/small.json');
  writeFileSync(file, text);
  return file;
}

describe('readConfigFile', () => {
  it('names the file as it lies below the folder where the user typed', () => {
    const { source, values, label } = readConfigFile(put('{"seed": 9}'), folder);
    expect({ source, values }).toEqual({ source: 'file', values: { seed: 9 } });
    expect(label('seed')).toBe('seed in settings/small.json');
    expect(readConfigFile('settings/small.json', folder).label('seed')).toBe('seed in settings/small.json');
    const elsewhere = readConfigFile(join(folder, 'settings/small.json'), join(folder, 'runs'));
    expect(elsewhere.label('seed')).toBe(`seed in ${folder}/settings/small.json`);
  });

  it('finds the data from the folder where the user typed, wherever the file lies', () => {
    expect(readConfigFile(put('{"data": {"folder": "digits"}}'), folder).values).toEqual({ data: { folder: join(folder, 'digits') } });
    expect(readConfigFile(put('{"data": {"folder": "/digits"}}'), folder).values).toEqual({ data: { folder: '/digits' } });
    expect(readConfigFile(put('{"data": {"folder": null}}'), folder).values).toEqual({ data: { folder: null } });
  });

  it.each([
    ['{"epochs": 3', 'settings/small.json: expected JSON, found something else'],
    ['', 'settings/small.json: expected JSON, found something else'],
    ['[1]', 'settings/small.json: expected a JSON object with settings, found [1]'],
  ])('refuses the file %j', (text, message) => {
    expect(() => readConfigFile(put(text), folder)).toThrow(message);
  });

  it('refuses a file that is not there', () => {
    expect(() => readConfigFile('absent.json', folder)).toThrow('--config: expected a file that can be read, found none at absent.json');
  });
});
