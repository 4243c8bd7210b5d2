/** A set-up failure that a person can do something about; the message says what. */
export class PythonSetupError extends Error {
  override readonly name = 'PythonSetupError';
}
