/** Text with names out of the user's files, without the characters that a terminal would obey. Ends of lines stay. */
export function printable(text: string): string {
  return text.replace(/[^\P{Cc}\n\t]/gu, ' ');
}
