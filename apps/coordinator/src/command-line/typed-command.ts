import { problemsError, shown, type Problem } from '@lethe/config';
import type { FlagValue, HelpedFlag } from '@lethe/config/flags';
import type { Command as Program } from 'commander';
import { addFlag } from './flags-in-help.js';

export const RUNS_FOLDER_HELP = 'folder that holds runs (default: runs)';
export const JSON_HELP = 'print JSON, for programs';

/** What commander understood of a command, before any value is read. */
export interface TypedCommand {
  readonly arguments: readonly string[];
  readonly options: Readonly<Record<string, unknown>>;
}

/** The commands of `lethe`. */
export const COMMAND_NAMES = [
  'train', 'new', 'profile', 'grid', 'checkpoint', 'evaluate', 'export', 'sweep', 'runs', 'compare', 'status', 'cancel', 'data', 'encode',
  'predict', 'redraw', 'cache', 'doctor', 'worker',
] as const;
export type CommandName = (typeof COMMAND_NAMES)[number];

/** Receives the command that was typed, or the text that is to be printed. */
export interface ProgramEvents {
  readonly typed: (name: CommandName, command: TypedCommand) => void;
  readonly print: (text: string) => void;
}

/** A flag whose value was forgotten takes the next flag for it: commander lets that pass. */
function refuseSwallowedFlags(program: Program): void {
  const problems = program.options.flatMap((given): Problem[] => {
    const value: unknown = program.getOptionValue(given.attributeName());
    if (typeof value !== 'string' || !value.startsWith('--')) return [];
    return [{ where: given.long ?? given.flags, expected: 'a value', found: `the flag ${value}` }];
  });
  if (problems.length > 0) throw problemsError(problems);
}

/** Reports a command when it is typed. Words beyond its arguments are refused here, as commander would not say which they are. */
export function onTyped(program: Program, name: CommandName, { typed }: ProgramEvents): void {
  program.allowExcessArguments().action(() => {
    const options = program.opts<Record<string, unknown>>();
    refuseSwallowedFlags(program);
    const words = program.args;
    const expected = program.registeredArguments.some(({ variadic }) => variadic) ? Infinity : program.registeredArguments.length;
    if (words.length > expected) {
      const where = `lethe ${name}`;
      throw problemsError([{ where, expected: 'flags only from here on', found: words.slice(expected).map(shown).join(' ') }]);
    }
    typed(name, { arguments: words, options });
  });
}

/** Adds a flag with its help, which says the default. */
export function option(program: Program, name: string, help: string, value?: FlagValue): void {
  addFlag(program, { name, help, ...(value === undefined ? {} : { value }) });
}

/** A command whose flags are all its own. */
export interface DeclaredCommand {
  readonly name: CommandName;
  readonly summary: string;
  readonly description: string;
  /** What it takes, such as `<run>`, with its help. */
  readonly arguments: readonly (readonly [name: string, help: string])[];
  readonly flags: readonly HelpedFlag[];
  /** What its help says after the flags. */
  readonly help: string;
}

/** Adds a command as it is declared. */
export function addCommand(root: Program, events: ProgramEvents, declared: DeclaredCommand): void {
  const program = root.command(declared.name).summary(declared.summary).description(declared.description);
  for (const [name, help] of declared.arguments) program.argument(name, help);
  for (const flag of declared.flags) addFlag(program, flag);
  program.addHelpText('after', declared.help);
  onTyped(program, declared.name, events);
}
