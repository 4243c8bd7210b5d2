import { isAbsolute, relative } from 'node:path';

/**
 * The folder where the user typed. npx moves to the nearest folder with a package.json above it and says in INIT_CWD where it was, and
 * Nx moves to the workspace; without either, INIT_CWD may be left over from an outer script.
 *
 * @returns an absolute path
 */
export function userFolder(argv: readonly string[], environment: Readonly<Record<string, string | undefined>>, current: string): string {
  const { INIT_CWD, npm_command: npmCommand, NX_TASK_TARGET_PROJECT: project, NX_TASK_TARGET_TARGET: target } = environment;
  if (project === '@lethe/coordinator' && target === argv[0]) return INIT_CWD ?? current;
  if (INIT_CWD === undefined || npmCommand !== 'exec') return current;
  const below = relative(current, INIT_CWD);
  return below.startsWith('..') || isAbsolute(below) ? current : INIT_CWD;
}
