import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { batchScript, type BatchJob } from '../index.js';

const JOB: BatchJob = {
  name: 'forget', array: null, tasks: 8, coresPerTask: 4, gpusPerTask: 1, partition: 'gpu', account: null, time: '4:00:00',
  warningSeconds: 120, extra: [],
  folder: '/home/ada/faces', output: '/home/ada/faces/runs/forget/job/output.txt',
  command: ['/usr/bin/node', '/opt/lethe/lethe.js', 'train', '--on', 'slurm', '--workers', '8', '--name', 'forget'],
};

describe('a batch script', () => {
  it('says all that a job needs, to be read and kept', () => {
    expect(batchScript(JOB)).toBe(`#!/bin/bash
#SBATCH --job-name=forget
#SBATCH --ntasks=8
#SBATCH --cpus-per-task=4
#SBATCH --gpus-per-task=1
#SBATCH --partition=gpu
#SBATCH --time=4:00:00
#SBATCH --chdir=/home/ada/faces
#SBATCH --output=/home/ada/faces/runs/forget/job/output.txt
#SBATCH --open-mode=append
#SBATCH --requeue
#SBATCH --signal=B:HUP@120

# SIGHUP comes 120 s before the time is over: what was learnt is saved, and the job is queued again. It goes on
# where it was, as it does when a node of it is gone, or when it had to make room.
exec /usr/bin/node /opt/lethe/lethe.js train --on slurm --workers 8 --name forget
`);
  });

  it('leaves out what was not said, and takes any word', () => {
    const script = batchScript({
      ...JOB, coresPerTask: null, gpusPerTask: 0, partition: null, time: null,
      folder: '/home/ada/my "faces"', output: '/home/50%/out.txt',
      extra: ['--constraint=a100&nvlink'], command: ['/usr/bin/printf', '%s\n', "it's $HOME", '', '*'],
    });
    expect(script.match(/^#SBATCH .*$/gm)).toEqual([
      '#SBATCH --job-name=forget', '#SBATCH --ntasks=8', '#SBATCH "--chdir=/home/ada/my \\"faces\\""',
      '#SBATCH --output=/home/50%%/out.txt',
      '#SBATCH --open-mode=append', '#SBATCH --requeue', '#SBATCH --signal=B:HUP@120',
      '#SBATCH "--constraint=a100&nvlink"',
    ]);
    expect(execFileSync('bash', ['-c', script], { encoding: 'utf8' })).toBe("it's $HOME\n\n*\n");
  });

  it('begins a task for each number, and gives each a file for what it prints', () => {
    const array = (tasks: number[], atOnce: number | null): string[] | null =>
      batchScript({ ...JOB, output: '/home/50%/out.txt', array: { tasks, atOnce } }).match(/--array.*|--output.*/g);
    expect(array([1, 2, 3, 4], 2)).toEqual(['--array=1-4%2', '--output=/home/50%%/out-%a.txt']);
    expect(array([9, 2, 3, 5], null)).toEqual(['--array=2-3,5,9', '--output=/home/50%%/out-%a.txt']);
  });

  it('is refused for paths that a job would look for elsewhere', () => {
    expect(() => batchScript({ ...JOB, output: 'runs/forget/job/output.txt' })).toThrow(TypeError);
  });
});
