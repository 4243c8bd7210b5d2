export { commandLineProgram, gameModule, INSTALLATION, localProgram, rayModule } from './local-programs.js';
export {
  LACKING_EXIT_CODE, listenerTrust, memberTrust, receiveProcessStart, startKeys, type GivenResources, type ProcessStart, type StartKeys,
} from './process-start.js';
