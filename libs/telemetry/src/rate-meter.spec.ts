import { describe, expect, it } from 'vitest';
import { RateMeter } from './rate-meter.js';

describe('RateMeter', () => {
  it('knows no rate before time has passed', () => {
    const meter = new RateMeter({ clock: () => 7 });
    meter.add(100);
    expect(meter.perSecond()).toBe(0);
    expect(meter.secondsLeft(50)).toBeNull();
  });

  it('forgets what lies before its window', () => {
    let now = 0;
    const meter = new RateMeter({ windowSeconds: 10, clock: () => now });
    for (now = 1; now <= 10; now++) meter.add(1); // slow start: 1 per second
    for (now = 11; now <= 30; now++) meter.add(100);
    now = 30;
    expect(meter.perSecond()).toBe(100);
    expect(meter.secondsLeft(1000)).toBe(10);
  });

  it('does not count a pause after a restart', () => {
    let now = 0;
    const meter = new RateMeter({ windowSeconds: 10, clock: () => now });
    now = 1;
    meter.add(50);
    now = 100;
    meter.restart();
    now = 101;
    meter.add(50);
    expect(meter.perSecond()).toBe(50);
  });
});
