import { projectTests } from '../../vitest.shared.mts';

export default projectTests(import.meta.dirname, {
  filesAtOnce: 3,
  startPrograms: true,
  ownProcesses: true,
  longest: [
    'package.spec.ts', 'slurm.spec.ts', 'sweep.spec.ts', 'keep-and-forget.spec.ts', 'nx.spec.ts', 'chaos.spec.ts', 'forgetting.spec.ts',
    'recovery.spec.ts', 'adaptation.spec.ts',
  ],
});
