import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** People in the table. */
const PEOPLE = 4000;
const SEED = 20_240_607;

/**
 * A table as CSV, the same each time: who was hired, and five measures of each person. `hired` depends on `skill` and `practice` alone,
 * half of the people are of each sex, and `height`, `pitch` and `grip` tell their sex. So features can keep the one and forget the other.
 */
export function madePeople(): string {
  const generator = xoroshiro128plus(SEED);
  const uniform = (): number => uniformFloat64(generator);
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  const rows = Array.from({ length: PEOPLE }, () => {
    const isMan = uniform() < 0.5;
    const [skill, practice] = [normal(), normal()];
    const measures = [skill, practice, normal() + (isMan ? 1.5 : -1.5), normal() + (isMan ? -1 : 1), normal() + (isMan ? 1 : -1)];
    const isHired = skill + practice + 0.5 * normal() > 0;
    return [...measures.map((value) => value.toFixed(3)), isMan ? 'man' : 'woman', isHired ? 'yes' : 'no'].join(',');
  });
  return `${['skill,practice,height,pitch,grip,sex,hired', ...rows].join('\n')}\n`;
}
