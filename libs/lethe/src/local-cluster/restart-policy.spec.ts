import { describe, expect, it } from 'vitest';
import { RestartPolicy } from './restart-policy.js';

describe('a process that dies', () => {
  it('is started again, later and later, until the limit', () => {
    const policy = new RestartPolicy(4);
    expect(Array.from({ length: 5 }, () => policy.died('worker-1'))).toEqual([0, 250, 500, 1000, null]);
    expect(policy.died('worker-2')).toBe(0);
  });

  it('is forgiven once it has worked', () => {
    const policy = new RestartPolicy(1);
    for (let life = 0; life < 20; life += 1) {
      expect(policy.died('worker-1')).toBe(0);
      policy.worked('worker-1');
    }
    expect([policy.died('worker-1'), policy.died('worker-1')]).toEqual([0, null]);
    expect(new RestartPolicy(0).died('worker-1')).toBeNull();
  });
});
