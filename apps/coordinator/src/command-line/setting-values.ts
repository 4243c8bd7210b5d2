import type { SettingValue } from '@lethe/lethe';

/**
 * Several values of a setting, with commas between them: each is JSON, or text as it stands. A comma inside of a JSON list, object
 * or text in quotes is part of it.
 */
export function settingValues(text: string): SettingValue[] {
  const parts = text.split(',');
  const values: SettingValue[] = [];
  for (let first = 0; first < parts.length;) {
    const { value, length } = valueAt(parts.slice(first));
    values.push(value);
    first += length;
  }
  return values;
}

/** The first value, out of as few parts as make it JSON; one that never does is text by itself. */
function valueAt(parts: readonly string[]): { value: SettingValue; length: number } {
  const [text = ''] = parts;
  const most = /^\s*["[{]/.test(text) ? parts.length : 1;
  for (let length = 1; length <= most; length += 1) {
    try {
      return { value: JSON.parse(parts.slice(0, length).join(',')) as SettingValue, length };
    } catch {
      // Perhaps the comma behind it belongs to it.
    }
  }
  return { value: text, length: 1 };
}
