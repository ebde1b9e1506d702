/**
 * Work that the table's stream drives, because it may take a moment longer or must not be forgotten: first snapshots, presence,
 * notifications. Lambda delivers records at least once, and in order for each item. docs/decisions/0002-notices.md
 */

import { type BatchAnswer, runBatch } from '../runtime/batch.ts';
import { createHandler } from '../runtime/create-handler.ts';
import { openServices } from '../runtime/services.ts';
import { type ItemChange, StreamEvent, toItemChange } from '../runtime/stream-event.ts';
import { ownerOf, partitionOf } from '../store/keys.ts';
import { isUserItem } from '../store/user.ts';
import { streamHandlers } from './handlers.ts';
import { isKnownLarge } from './known-large.ts';
import { toUserChange } from './on-user-changed.ts';
import { openCounts } from './plan-count.ts';

export const handler = createHandler({
  services: { ...openServices(process.env), counts: openCounts(process.env) },
  event: StreamEvent,
  async run({ Records }, services): Promise<BatchAnswer> {
    const groups = [...inOrderOf(Records.map(toItemChange)).values()];
    const answers = await Promise.all(
      groups.map((changes) =>
        runBatch(changes, services.log, {
          inOrder: true,
          id: ({ id }) => id,
          async run(change, log) {
            log.addKeys(ownerOf(change.keys));
            await streamHandlers.find(({ matches }) => matches(change))?.run({ ...services, log }, change);
          },
        }),
      ),
    );
    return { batchItemFailures: answers.flatMap(({ batchItemFailures }) => batchItemFailures) };
  },
});

/**
 * The changes by where they happen. What happens in one conversation, or to one item, stays in order: otherwise members could hear of a
 * newcomer before the newcomer has the list of members. Different places run at the same time. In a large conversation nobody hears of a
 * newcomer, so only what happens to one user stays in order.
 */
function inOrderOf(changes: readonly ItemChange[]): Map<string, ItemChange[]> {
  const groups = new Map<string, ItemChange[]>();
  for (const change of changes) {
    const place = placeOf(change);
    groups.set(place, [...(groups.get(place) ?? []), change]);
  }
  return groups;
}

function placeOf(change: ItemChange): string {
  const [connection] = isUserItem(change.keys) ? connectionsOf(change) : [];
  const scope = connection?.scope;
  if (scope?.kind !== 'conversation' || isKnownLarge(scope.conversation)) return partitionOf(change.keys);
  return scope.conversation;
}

function connectionsOf(change: ItemChange) {
  try {
    const { added, removed } = toUserChange(change);
    return [...added, ...removed];
  } catch {
    // An item that cannot be read fails when its own record runs, and takes no other with it.
    return [];
  }
}
