/**
 * Erases every message of one user in a conversation, as its deletion does: text and files are gone for everybody. The log gets one entry for
 * all of them instead of one for each, and the members one event: a hundred thousand events would reach everybody who is online.
 */
import type { Conversation } from '#protocol/names';
import { broadcast } from '../delivery/broadcast.ts';
import { markForNotification } from '../delivery/receipts.ts';
import type { Services } from '../runtime/services.ts';
import { allocateChangeSeq } from '../store/allocate-seq.ts';
import { applyChange, clearEdit } from '../store/apply-change.ts';
import { getConversationState, updateLast } from '../store/conversation-state.ts';
import { type EraseEntry, getEntries, type MessageEntry, putEntry } from '../store/entry.ts';
import { addUncounted } from '../store/uncounted.ts';
import { erasedEvent } from './log-events.ts';
import { recipientsOf } from './members.ts';
import { releaseFile } from './release-files.ts';

/** How far it is. */
export interface ErasePlace {
  /** The newest number that there was when it began: later ones have no message of a deleted user. */
  readonly upTo: number;
  /** The next number to look at. */
  readonly next: number;
  /** Messages found so far. */
  readonly found: number;
}

interface Options {
  /** Where an earlier run stopped. */
  readonly place: ErasePlace | undefined;
  readonly isOver: () => boolean;
  /** Stores the place. @param found messages since the place before */
  readonly save: (place: ErasePlace, found: number) => Promise<void>;
}

/** Entries that are read at once. */
const chunk = 500;
/** Messages that are written at once. */
const writesAtOnce = 25;

/** @returns `false` when there was no time for all of them */
export async function eraseMessages(
  services: Services,
  conversation: Conversation,
  username: string,
  { place, isOver, save }: Options,
): Promise<boolean> {
  const { id } = conversation;
  const state = await getConversationState(services, id);
  const { upTo } = place ?? { upTo: state.seq };
  // Later than every change of theirs. It tells the messages that are erased here from those that were deleted before.
  const mark = upTo + 1;
  let { next, found } = place ?? { next: 1, found: 0 };
  while (next <= upTo) {
    if (isOver()) return false;
    const last = Math.min(upTo, next + chunk - 1);
    const erased = await eraseRange(services, id, username, { first: next, last, mark });
    next = last + 1;
    found += erased.length;
    if (erased.length > 0) await addUncounted(services, id, erased);
    if (state.last && erased.includes(state.last.seq)) {
      await updateLast(services, id, { seq: state.last.seq, text: '', deleted: true, changed: mark });
    }
    await save({ upTo, next, found }, erased.length);
  }
  if (found > 0) await tellErased(services, conversation, username, upTo);
  return true;
}

/** @returns the numbers of the messages that are erased now, by this run or by one that died before it stored its place */
async function eraseRange(
  services: Services,
  conversation: string,
  username: string,
  { first, last, mark }: { readonly first: number; readonly last: number; readonly mark: number },
): Promise<number[]> {
  const entries = await getEntries(services, conversation, first, last);
  const own = entries.filter((entry) => entry.type !== 'sealed' && entry.user === username);
  const messages = own.filter((entry): entry is MessageEntry => entry.type === 'message');
  const standing = messages.filter(({ deleted = false, changed }) => !deleted || changed === mark);
  const work = [
    ...standing.map((message) => () => eraseOne(services, message, mark)),
    // The entry of an edit has the text of then.
    ...own.flatMap((entry) => (entry.type === 'edit' && entry.text !== '' ? [() => clearEdit(services, entry)] : [])),
  ];
  for (let start = 0; start < work.length; start += writesAtOnce) {
    await Promise.all(work.slice(start, start + writesAtOnce).map((write) => write()));
  }
  return standing.map(({ seq }) => seq);
}

async function eraseOne(services: Services, { conversation, seq, user, files, deleted }: MessageEntry, mark: number) {
  if (deleted) return;
  // First, because the tombstone does not have the list of files any more.
  await Promise.all(files.map((file) => releaseFile(services, conversation, file)));
  const place = { conversation, seq: mark, target: seq, user, client_id: '', count: 0, at: services.now() };
  await applyChange(services, { type: 'delete', ...place });
}

/** One entry in the log, for members who are away, and one event, for those who are there. */
async function tellErased(services: Services, conversation: Conversation, user: string, upTo: number): Promise<void> {
  const { id } = conversation;
  for (let tries = 0; tries < 5; tries++) {
    const { seq, count, at } = await allocateChangeSeq(services, id);
    const entry: EraseEntry = { type: 'erase', conversation: id, seq, user, up_to: upTo, count, at };
    // If readers have sealed the number, the entry takes another one.
    if (!(await putEntry(services, entry)).stored) continue;
    const recipients = await recipientsOf(services, conversation, { alwaysInclude: [] });
    await broadcast(services, recipients, erasedEvent(entry));
    await markForNotification(services, entry, recipients.users);
    return;
  }
  throw new Error(`unable to tell what was erased in ${id}; its place in the log was taken again and again`);
}
