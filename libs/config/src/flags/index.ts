export { optionKey, type ConfigFlag, type HelpedFlag } from './config-flag.js';
export {
  ADDRESS, COUNT, DOMAIN, FIGURE, FOLDER, NUMBER, plainText, POSITIVE, PROBE_LIST, RUN, type FlagValue,
} from './flag-values.js';
export { CONFIG_FLAGS, DATA_FLAGS, PROBES_HELP } from './train-flags.js';
export { LISTED_NAMES, settingPaths, settingValue, SHORT_NAMES } from '../settings/settings-layer.js';
