export { addonPath, completeFiles, isNativeReady, isSetUpWithCuda, nativeFolder } from './installation.js';
