import { belongsTo } from '../session/forget-user.ts';
import { kept } from '../ui/storage.ts';

/**
 * The names of the texts of a user that only this browser has, and that are no messages yet: drafts and edits.
 * @param keys where they are looked for
 */
export function unsentTexts(user: string, keys = kept.keys()): readonly string[] {
  return keys.flatMap((key) => {
    if (!belongsTo(user, key)) return [];
    if (key.startsWith('parley.draft.')) return [key];
    return key.startsWith('parley.targets.') ? editedIn(kept.getItem(key) ?? '{}').map((seq) => `${key} ${seq}`) : [];
  });
}

function editedIn(targets: string): readonly string[] {
  const { edits = {} }: { edits?: Readonly<Record<string, { from: string; to: string }>> } = JSON.parse(targets);
  return Object.entries(edits).flatMap(([seq, { from, to }]) => (from === to ? [] : [seq]));
}
