import { globMatches } from '#iam/glob';
import { BrokenStack } from './broken-stack.ts';
import type { SynthesizedStack } from './cloud-assembly.ts';

/**
 * The stacks to serve, each after those that it depends on. As for `cdk deploy`, the dependencies of chosen stacks are chosen too.
 * @param names of stacks, or their ids or paths in the app, like `Prod/*`; without them all stacks are chosen
 * @throws BrokenStack
 */
export function chooseStacks(stacks: readonly SynthesizedStack[], names?: readonly string[]): SynthesizedStack[] {
  const all = stacks.map(({ name }) => name).join(', ');
  const matching = (pattern: string) =>
    stacks.filter(({ name, otherNames }) => [name, ...otherNames].some((each) => globMatches(pattern, each)));
  const wanted = (names ?? ['*']).flatMap((pattern) => {
    const found = matching(pattern);
    if (found.length > 0) return found;
    throw new BrokenStack(
      stacks.length === 0
        ? 'unable to load the stack; the cloud assembly has none'
        : `unable to choose ${pattern}; the app's stacks are ${all}`,
    );
  });
  const seen = new Set<SynthesizedStack>();
  const chosen: SynthesizedStack[] = [];
  const choose = (stack: SynthesizedStack) => {
    if (seen.has(stack)) return;
    seen.add(stack);
    for (const other of stacks) if (stack.dependencies.includes(other.name)) choose(other);
    chosen.push(stack);
  };
  for (const stack of wanted) choose(stack);
  requireOwnNames(chosen);
  return chosen;
}

/** @throws BrokenStack for two stacks of one name, which AWS keeps apart by account or region */
function requireOwnNames(chosen: readonly SynthesizedStack[]): void {
  for (const stack of chosen) {
    const namesake = chosen.find(({ name }) => name === stack.name);
    if (!namesake || namesake === stack) continue;
    const ids = [namesake, stack].map(({ otherNames }) => otherNames.at(-1)).join(' and ');
    throw new BrokenStack(
      `unable to serve ${ids} together; both have the name ${stack.name}: choose one of them (--stack, stackNames)`,
    );
  }
}
