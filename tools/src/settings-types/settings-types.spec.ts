import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { SETTINGS_FILE, settingsTypes } from './settings-types.js';

it('the types of settings are those of the schema and the flags (else: npx nx run tools:settings-types)', async () => {
  expect(readFileSync(SETTINGS_FILE, 'utf8')).toBe(await settingsTypes());
}, 30_000);
