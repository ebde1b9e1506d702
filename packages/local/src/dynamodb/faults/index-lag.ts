import type { Clock } from '#clock';
import { isObject } from '#text';

type Item = Readonly<Record<string, unknown>>;

interface Change {
  /** The item before the write. Undefined: there was none. */
  readonly before: Item | undefined;
  /** From then on the indexes show the write. */
  readonly shownAt: number;
}

/** Which writes the global secondary indexes do not show yet. An item's writes become visible in their order. */
export interface IndexLag {
  wrote(item: string, before: Item | undefined, delay: number): void;
  /**
   * The items of an index as it shows them: without those that were new, or elsewhere in the index, before a write that is not shown yet, and
   * the others as they were. Items that are no longer in the index are not shown: the engine does not return them.
   */
  shown(items: readonly Item[], nameOf: (item: Item) => string, indexKey: readonly string[]): Item[];
}

export function createIndexLag(clock: Clock): IndexLag {
  const changes = new Map<string, Change[]>();
  const pending = (item: string) => {
    const later = (changes.get(item) ?? []).filter(({ shownAt }) => shownAt > clock.now());
    if (later.length > 0) changes.set(item, later);
    else changes.delete(item);
    return later;
  };
  return {
    wrote(item, before, delay) {
      const earlier = pending(item);
      const shownAt = Math.max(clock.now() + delay, earlier.at(-1)?.shownAt ?? 0);
      changes.set(item, [...earlier, { before, shownAt }]);
    },
    shown(items, nameOf, indexKey) {
      if (changes.size === 0) return [...items];
      return items.flatMap((item) => {
        const [change] = pending(nameOf(item));
        if (!change) return [item];
        const { before } = change;
        if (!before || indexKey.some((name) => JSON.stringify(before[name]) !== JSON.stringify(item[name]))) return [];
        return [Object.fromEntries(Object.entries(before).filter(([name]) => name in item))];
      });
    },
  };
}

/** Items in an answer of Query or Scan. Undefined: it has none, as with `Select: COUNT`. */
export function itemsIn(answer: Item): readonly Item[] | undefined {
  return Array.isArray(answer.Items) ? answer.Items.filter(isObject) : undefined;
}
