export { BEST_ACCURACY, makeAttributeTable } from './attribute-table.js';
export {
  idxBytes, makeFolder, makeIdxFolder, makeImageFolder, npyBytes, removeFolders, someBytes, tarBytes, tinyDataset, writeImage,
} from './data-files.js';
export { onFullDisk } from './full-disk.js';
export {
  fromTorch, goldenArticle, goldenStart, torchSummary, type GoldenArticle, type GoldenSummary, type GoldenTensor,
} from './golden-article.js';
export { matlabBytes, type MatlabFixture } from './matlab-file.js';
export { NetworkHosts, whyNoHosts, type HostsToMake } from './network-hosts.js';
export { DIVIDED_AND_WHOLE, standInNvidiaSmi, type ListedCard } from './nvidia-smi.js';
export { runPython } from './python.js';
export { RayCluster, rayPython, whyNoRay, type RayPython } from './ray-cluster.js';
export { rawColumn, rawTable } from './raw-table.js';
export { makeSmallData } from './small-data.js';
export { forgottenLabel } from './forgotten-label.js';
export { SlurmCluster, whyNoSlurm, type SlurmClusterOptions } from './slurm-cluster.js';
