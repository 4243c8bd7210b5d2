import { writeFileSync } from 'node:fs';
import { SETTINGS_FILE, settingsTypes } from './settings-types.js';

writeFileSync(SETTINGS_FILE, await settingsTypes());
