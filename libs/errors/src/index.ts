export { ERROR_CODES, LetheError, errorCode, errorMessage, type ErrorCode } from './lethe-error.js';
