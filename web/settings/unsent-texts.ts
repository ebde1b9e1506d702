import { belongsTo } from '../session/forget-user.ts';
import { kept } from '../ui/storage.ts';

/** Texts of a user that only this browser has, and that are no messages yet. */
export function unsentTexts(user: string): number {
  return kept.keys().reduce((sum, key) => {
    if (!belongsTo(user, key)) return sum;
    if (key.startsWith('parley.draft.')) return sum + 1;
    return key.startsWith('parley.targets.') ? sum + editCount(kept.getItem(key) ?? '{}') : sum;
  }, 0);
}

function editCount(targets: string): number {
  const { edits = {} }: { edits?: Readonly<Record<string, { from: string; to: string }>> } = JSON.parse(targets);
  return Object.values(edits).filter(({ from, to }) => from !== to).length;
}
