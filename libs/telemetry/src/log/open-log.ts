import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { LogLevel } from '@lethe/config';
import { errorMessage } from '@lethe/errors';
import { pino } from 'pino';
import { noLog, type Log, type LogPosition } from './log.js';
import { REMOVED, SECRET_FIELDS, withoutSecrets } from './secrets.js';

/** Bytes of lines that are kept while the disk takes none; further lines are lost. */
const MOST_UNWRITTEN_BYTES = 2 ** 20;

export interface LogOptions {
  /** Absolute path. Lines are added to those that are there. */
  readonly file: string;
  readonly level: LogLevel;
  /** Where the process is to begin with. */
  readonly position: LogPosition;
  /** Called if the file cannot be opened: nothing is kept then, and the process goes on. */
  readonly onWarning: (warning: string) => void;
}

/** The open log of a process. */
export interface OpenLog extends Log {
  close(): void;
}

/**
 * Opens the log of this process: one JSON object a line. Each line is on its way to the disk before the call returns, so that neither an
 * exit nor a crash loses it; an error that nobody catches is a line too. A disk that takes nothing costs lines, never the run.
 */
export function openLog({ file, level, position, onWarning }: LogOptions): OpenLog {
  const destination = level === 'silent' ? null : openFile(file, onWarning);
  if (destination === null) return { ...noLog(), close: () => undefined };
  const lines = pino({
    level,
    base: { pid: process.pid },
    messageKey: 'message',
    errorKey: 'error',
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    serializers: { error: pino.stdSerializers.err },
    redact: { paths: SECRET_FIELDS, censor: REMOVED },
    mixin: () => ({ ...log.position() }),
    hooks: { streamWrite: withoutSecrets },
  }, destination);
  const onCrash = (error: unknown): void => { lines.error({ error }, 'an error that nobody caught ends the process'); };
  process.on('uncaughtExceptionMonitor', onCrash);
  const log: OpenLog = Object.assign(lines, {
    position: () => position,
    close: () => {
      process.off('uncaughtExceptionMonitor', onCrash);
      lines.level = 'silent';
      destination.end();
    },
  });
  return log;
}

function openFile(file: string, onWarning: (warning: string) => void): ReturnType<typeof pino.destination> | null {
  try {
    mkdirSync(dirname(file), { recursive: true });
    const destination = pino.destination({ dest: file, sync: true, maxLength: MOST_UNWRITTEN_BYTES });
    destination.on('error', () => undefined);
    return destination;
  } catch (error) {
    onWarning(`no log is written: ${file} cannot be opened (${errorMessage(error)})`);
    return null;
  }
}
