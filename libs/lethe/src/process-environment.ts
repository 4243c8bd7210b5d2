import { env } from 'node:process';

/** Variables of an environment, by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What the processes of a run have where a caller says nothing else, as those that Node itself starts have it. */
export function processEnvironment(): Environment {
  return env;
}
