export { AlikeLines } from './alike-lines.js';
export { noLog, type Log, type LogFields, type LogPosition } from './log.js';
export { LoggedNotices } from './logged-notices.js';
export { LoggedReporter } from './logged-reporter.js';
export { openLog, type LogOptions, type OpenLog } from './open-log.js';
export { withoutSecrets } from './secrets.js';
