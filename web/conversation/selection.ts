import type { Message } from '@parley/client';
import type { Thread } from './thread.ts';

/** So many can be forwarded or deleted at a time. */
export const maxSelected = 100;

export function isSelectable({ content_type, deleted }: Message): boolean {
  return content_type !== 'system' && !deleted;
}

/** Selects a message, or no longer. @param upTo also all messages since the one that was pressed last */
export function select({ selected, messages }: Thread, seq: number, upTo = false): void {
  const { seqs, last } = selected.peek() ?? { seqs: new Set<number>(), last: seq };
  const [first, end] = [Math.min(last, seq), Math.max(last, seq)];
  const range = messages
    .peek()
    .filter((message) => message.seq >= first && message.seq <= end && isSelectable(message));
  const added = upTo ? range.map((message) => message.seq) : seqs.has(seq) ? [] : [seq];
  const kept = upTo ? [...seqs] : [...seqs].filter((one) => one !== seq);
  selected.value = { seqs: new Set([...kept, ...added].slice(0, maxSelected)), last: seq };
}
