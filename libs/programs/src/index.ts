export { commandLineProgram, gameModule, INSTALLATION, localProgram, rayModule } from './local-programs.js';
export {
  listenerTrust, memberTrust, receiveProcessStart, startKeys, type GivenResources, type ProcessStart, type StartKeys,
} from './process-start.js';
