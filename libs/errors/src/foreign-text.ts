import { stripVTControlCharacters } from 'node:util';

/** Characters of a text that are kept: two fingerprints and a sentence about them, or a traceback. */
const LONGEST = 2000;
/** What nearly every text is: as it stands fit to be shown. */
const PLAIN = /^[\x20-\x7E]*$/;
/** Control characters, formats such as those that turn the direction of writing, halves of characters, and separators of lines. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]+/gu;

/**
 * What another process said, fit to be printed, logged or put into a message: one line of bounded length, without escape sequences
 * or anything else that a terminal would obey. A text that was fit stays as it is.
 */
export function foreignText(text: string): string {
  if (text.length <= LONGEST && PLAIN.test(text)) return text;
  const kept = stripVTControlCharacters(text.slice(0, LONGEST)).replace(UNPRINTABLE, ' ');
  return text.length > LONGEST ? `${kept}... (cut: ${text.length} characters)` : kept;
}
