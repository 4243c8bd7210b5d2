import { stripVTControlCharacters } from 'node:util';

/** Characters of a text that are kept: enough for two fingerprints and a sentence, or for a traceback. */
const LONGEST = 2000;
/** A text that can be shown as it is, as nearly every text. */
const PLAIN = /^[\x20-\x7E]*$/;
/** Control characters, format characters (such as those that change the direction of writing), surrogates and line separators. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]+/gu;

/**
 * A text of another process, made safe to be printed, logged or put into a message: one line of bounded length, without escape
 * sequences or any other control character. A safe text stays as it is.
 */
export function foreignText(text: string): string {
  if (text.length <= LONGEST && PLAIN.test(text)) return text;
  const kept = stripVTControlCharacters(text.slice(0, LONGEST)).replace(UNPRINTABLE, ' ');
  return text.length > LONGEST ? `${kept}... (cut: ${text.length} characters)` : kept;
}
