import type { Log, LogFields } from './log.js';

const WARNING = 'warning: ';

/** Shows lines, and writes each of them into a log too, which may be opened later. */
export class LoggedNotices {
  readonly #show: (line: string) => void;
  #log: Log | null = null;
  /** Lines of before there was a log. */
  readonly #early: { readonly line: string; readonly about: LogFields }[] = [];

  constructor(show: (line: string) => void) {
    this.#show = show;
  }

  /** From now on there is a log: it gets what was said before, too. */
  keep(log: Log): void {
    this.#log = log;
    for (const { line, about } of this.#early.splice(0)) this.write(line, about);
  }

  /** @param about facts for the log alone; an error makes the line a warning there */
  notice(line: string, about: LogFields = {}): void {
    this.write(line, about);
    this.#show(line);
  }

  /** Writes a line that is shown in another way. */
  write(line: string, about: LogFields = {}): void {
    // An empty line parts what is read on a terminal.
    if (line === '') return;
    if (this.#log === null) this.#early.push({ line, about });
    else if (line.startsWith(WARNING)) this.#log.warn(about, line.slice(WARNING.length));
    else if (about['error'] !== undefined) this.#log.warn(about, line);
    else this.#log.info(about, line);
  }
}
