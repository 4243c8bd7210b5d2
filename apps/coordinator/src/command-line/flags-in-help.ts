import { DEFAULT_RECIPE, defaultSetting } from '@lethe/config';
import { Option, type Command as Program } from 'commander';
import { COMMON_FLAGS } from './common-flags.js';
import type { ConfigFlag, HelpedFlag } from '@lethe/config/flags';
import { MORE_FLAGS_HELP } from './help-texts.js';

/** How much `--help` shows: the flags that are used most, or all. */
export type HelpExtent = 'common' | 'all';

/** Which flags of a run the help of a command shows. */
export interface ShownFlags {
  readonly extent: HelpExtent;
  /** Names of flags that are taken, so that any command line of a run can be given, and say nothing here. */
  readonly unshown?: readonly string[];
}

type FlagsByHeading = Readonly<Record<string, readonly (HelpedFlag | ConfigFlag)[]>>;

/** Asks for a help with every flag, behind `--help`. */
export const ALL_WORD = 'all';

/** A longer list of words would push what every flag is for out of sight: it follows the help. */
const LONGEST_PLACEHOLDER = 20;

/** Adds a flag to a command, under the heading that was begun last. */
export function addFlag(program: Program, flag: HelpedFlag | ConfigFlag): void {
  program.addOption(optionOf(flag));
}

/** Adds flags by their headings, the common ones first; the help shows the others only if all are asked for. */
export function addRunFlags(program: Program, flags: FlagsByHeading, { extent, unshown = [] }: ShownFlags): void {
  const add = (flag: HelpedFlag | ConfigFlag, heading: string, isShown: boolean): void => {
    program.addOption(optionOf(flag).helpGroup(heading).hideHelp(!isShown || unshown.includes(flag.name)));
  };
  const byName = new Map(Object.values(flags).flat().map((flag) => [flag.name, flag]));
  for (const [heading, names] of Object.entries(COMMON_FLAGS)) {
    for (const flag of names.flatMap((name) => byName.get(name) ?? [])) add(flag, heading, true);
  }
  const common = new Set(Object.values(COMMON_FLAGS).flat());
  for (const [heading, ofHeading] of Object.entries(flags)) {
    for (const flag of ofHeading.filter(({ name }) => !common.has(name))) add(flag, heading, extent === 'all');
  }
  program.helpOption(`-h, --help [${ALL_WORD}]`, `print this help; ${ALL_WORD}: with every flag`);
  if (extent === 'common') program.addHelpText('after', MORE_FLAGS_HELP);
}

function optionOf(flag: HelpedFlag | ConfigFlag): Option {
  const { name, value, help } = flag;
  const { placeholder } = value ?? { placeholder: '' };
  const isShort = placeholder.length <= LONGEST_PLACEHOLDER;
  const shown = isShort ? placeholder : placeholder.endsWith(',...>') ? '<word,...>' : '<word>';
  const words = isShort ? '' : `: ${placeholder.replaceAll(/^<|(,\.\.\.)?>$/g, '').replaceAll('|', ', ')}`;
  return new Option(`--${name} ${shown}`.trimEnd(), `${help}${words}${defaultText(flag)}`);
}

/** ` (default: 4)`; a switch is off unless it is given. */
function defaultText(flag: HelpedFlag | ConfigFlag): string {
  const { value, otherwise } = flag;
  if (otherwise !== undefined) return ` (default: ${otherwise})`;
  if (value === undefined || !('paths' in flag)) return '';
  const defaults = flag.paths.map(defaultSetting);
  const [first] = defaults;
  if (first === undefined) return '';
  if (first.value === undefined) return ' (default: what the recipe says)';
  return ` (default${first.isOfRecipe ? ` of recipe ${DEFAULT_RECIPE}` : ''}: ${shownSetting(first.value)})`;
}

function shownSetting(value: unknown): string {
  if (value === null || value === '' || (Array.isArray(value) && value.length === 0)) return 'none';
  if (Array.isArray(value)) return value.map(shownSetting).join(',');
  return typeof value === 'string' ? value : JSON.stringify(value);
}
