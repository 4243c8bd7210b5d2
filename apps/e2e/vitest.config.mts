import { projectTests } from '../../vitest.shared.mts';

export default projectTests(import.meta.dirname, {
  filesAtOnce: 2,
  startPrograms: true,
  ownProcesses: true,
  longest: [
    'slurm.spec.ts', 'package.spec.ts', 'keep-and-forget.spec.ts', 'chaos.spec.ts', 'sweep.spec.ts', 'nx.spec.ts', 'adaptation.spec.ts',
    'forgetting.spec.ts', 'recovery.spec.ts',
  ],
});
