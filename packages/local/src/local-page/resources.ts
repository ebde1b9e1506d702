import { unservedKind } from '#assembly/not-served';
import { partOf } from '#assembly/served-types';
import type { Stack } from '#assembly/stack';
import { withoutHash } from '#calls';

export interface DescribedResource {
  readonly name: string;
  readonly type: string;
  /** The physical id. */
  readonly id: string;
  readonly part: 'served' | 'needless' | 'not served';
  /** Why it is not served, or not needed. */
  readonly why?: string | undefined;
}

/** Every resource of the template, first those that are not served. */
export function describeResources(stack: Stack): DescribedResource[] {
  const order = ['not served', 'served', 'needless'];
  return stack.resources
    .map((resource) => {
      const { logicalId, type, path } = resource;
      const unserved = unservedKind(stack, resource);
      const part = partOf(type);
      const described = {
        name: path?.replace(/\/Resource$/, '') ?? withoutHash(logicalId),
        type,
        id: stack.ref(logicalId),
      };
      if (unserved !== undefined)
        return { ...described, part: 'not served' as const, why: unserved.slice(type.length).trim() };
      if (part !== undefined && part !== 'served')
        return { ...described, part: 'needless' as const, why: part.needless };
      return { ...described, part: 'served' as const };
    })
    .sort(
      (a, b) => order.indexOf(a.part) - order.indexOf(b.part) || compare(a.type, b.type) || compare(a.name, b.name),
    );
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
