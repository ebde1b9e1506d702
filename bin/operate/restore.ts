import { DescribeTableCommand } from '@aws-sdk/client-dynamodb';
import { applyToMessage, isChange } from '#lambdas/chat/change-message';
import type { TimedStore } from '#lambdas/runtime/services';
import { moveCursor } from '#lambdas/store/cursor';
import { type Entry, getEntry, type MessageEntry, toEntry } from '#lambdas/store/entry';
import { getMembership } from '#lambdas/store/membership';
import { entriesAfter, raiseState, showAgain } from '#lambdas/store/raise-state';
import { conversationOfState, ownerOf } from '#lambdas/store/restored-item';
import { countAgain } from '#lambdas/store/uncounted';
import { isUpload, toUpload } from '#lambdas/store/upload';
import { callerOf, lambdaTable, type Operated } from './connect.ts';
import { type Copied, copyMissing } from './copy-missing.ts';
import { deleteAgain, hasLeftPool } from './delete-again.ts';
import { type RestoredFiles, restoreFiles } from './restore-files.ts';
import { type Item, inParallel } from './scan.ts';

export interface RestoreOptions {
  /** The restored table. */
  readonly from: string;
  /** ms; what it holds is of this moment. Undefined: DynamoDB knows. */
  readonly at: number | undefined;
  /** Otherwise everything is counted and nothing written. */
  readonly apply: boolean;
  /** Numbers that restored conversations leave out. */
  readonly skip: number;
  /** May what ended more than a day ago come back? */
  readonly old: boolean;
  /** Of accounts that were deleted since: are their messages erased, where the first deletion does not tell? */
  readonly erase: boolean;
}

export interface Restored extends Copied {
  /** Conversations that go on behind what was lost. */
  readonly raised: number;
  /** Changes since then that were applied to messages from then. */
  readonly replayed: number;
  readonly files: RestoredFiles;
  /** Accounts that were deleted since, and are deleted again. */
  readonly deleted: readonly string[];
}

const dayMs = 86_400_000;

/**
 * Brings back what a stack has lost since a moment, from a table that DynamoDB has restored as of that moment: items, files, and what follows from
 * them. Nothing that is there is changed, so it can be run again, also after it was broken off.
 * @throws Error, one sentence
 */
export async function restore(operated: Operated, options: RestoreOptions): Promise<Restored> {
  const { from, apply, skip } = options;
  const at = options.at ?? (await momentOf(operated, from));
  if (at === undefined) throw new Error(`unable to tell of which moment ${from} is; add --at 2026-11-28T09:00:00Z`);
  if (Date.now() - at > dayMs && !options.old) {
    throw new Error(
      `unable to restore what was there ${Math.floor((Date.now() - at) / dayMs)} days ago; memberships and friendships that ended in the meantime would come back: add --old if they may`,
    );
  }
  const table = await lambdaTable(operated);
  const services = { table, now: Date.now };

  const lostStates = new Set<string>();
  const lostUsers = new Set<string>();
  const touched = new Set<string>();
  /** Messages whose numbers readers had sealed. */
  const sealed: MessageEntry[] = [];
  /** Of conversations that went on: the number up to which the restored table knows them. */
  const knownTo = new Map<string, number>();
  const deletedSince = new Set<string>();
  const copied = await copyMissing(operated, {
    from,
    apply,
    async stillHolds(item) {
      if (!isUpload(item)) return true;
      const { conversation, seq, usedBy } = toUpload(item);
      if (seq === undefined) return true;
      const entry = await getEntry(services, conversation, seq);
      return entry?.type === 'message' && !entry.deleted && entry.client_id === usedBy;
    },
    onCopied(item, kind, replaced) {
      if (kind === 'state') lostStates.add(conversationOfState(item));
      if (kind === 'message') {
        const entry = toEntry(item);
        touched.add(entry.conversation);
        if (replaced && entry.type === 'message' && !entry.deleted) sealed.push(entry);
      }
      if (kind === 'user') lostUsers.add(String(ownerOf(item)));
    },
    onKept(kind, before, now) {
      if (kind === 'state' && Number(now.seq) > Number(before.seq)) {
        knownTo.set(conversationOfState(before), Number(before.seq));
      }
      if (kind === 'user' && isDeleted(now) && !isDeleted(before)) deletedSince.add(String(ownerOf(now)));
    },
  });

  let replayed = 0;
  const bucket = { name: operated.outputs.BucketName, ...(await callerOf(operated)) };
  const replay = async (entries: Promise<readonly Entry[]>) => {
    for (const entry of await entries) {
      if (entry.type === 'message') await readByAuthor(services, entry);
      if (!isChange(entry)) continue;
      const { applied } = await applyToMessage({ ...services, bucket }, entry);
      if (applied === 'now') replayed += 1;
    }
  };
  if (apply) {
    await inParallel(sealed, 10, async (message) => {
      await countAgain(services, message.conversation, message.seq);
      await showAgain(services, message);
    });
    await inParallel([...lostStates], 10, (id) => replay(raiseState(services, id, skip)));
    const wentOn = [...knownTo].filter(([id]) => touched.has(id));
    await inParallel(wentOn, 10, ([id, seq]) => replay(entriesAfter(services, id, seq)));
  }

  const files = await restoreFiles(operated, apply);
  if (apply) {
    await inParallel([...lostUsers], 10, async (username) => {
      if (await hasLeftPool(operated, table, username)) deletedSince.add(username);
    });
    for (const username of deletedSince) await deleteAgain(operated, table, username, options.erase);
  }
  return { ...copied, raised: lostStates.size, replayed, files, deleted: [...deletedSince] };
}

/** Whoever writes has read up to there. The cursor from before does not know it. */
async function readByAuthor(services: TimedStore, { user, conversation, seq, count }: MessageEntry): Promise<void> {
  const membership = await getMembership(services, user, conversation);
  if (membership) await moveCursor(services, membership, { seq, count });
}

const isDeleted = ({ deleted }: Item): boolean => deleted !== undefined;

/** What DynamoDB says of a table that it has restored. */
async function momentOf({ dynamodb }: Operated, TableName: string): Promise<number | undefined> {
  const { Table } = await dynamodb.send(new DescribeTableCommand({ TableName }));
  return Table?.RestoreSummary?.RestoreDateTime?.getTime();
}
