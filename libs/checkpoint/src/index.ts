export { storageError, writeFileAtomically } from './atomic-file.js';
export {
  findCheckpoint, listCheckpoints, newestCheckpoint, saveCheckpoint, type Checkpoint, type ExpectedNetworks, type ListedCheckpoint,
  type SaveOptions, type WhichCheckpoint,
} from './checkpoint.js';
export { weightsHash } from './weights-hash.js';
export { decodeSafetensors, encodeSafetensors, type NamedTensor } from './safetensors.js';
