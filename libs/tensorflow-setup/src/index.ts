export { ADDON_NAME, completeFiles, isSetUpWithCuda, nativeFolder, whyNotNative } from './installation.js';
export { setUpNative, type SetUpOptions } from './set-up-native.js';
