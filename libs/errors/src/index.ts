export { entryOf } from './entry-of.js';
export { foreignText } from './foreign-text.js';
export { ERROR_CODES, LetheError, errorCode, errorMessage, type ErrorCode } from './lethe-error.js';
