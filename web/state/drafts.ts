import { signal } from '@preact/signals';
import { kept } from '../ui/storage.ts';

/** Counts changes, so that components that read a draft are rendered again when any draft changes. */
const version = signal(0);
addEventListener('storage', ({ key }) => {
  if (key?.startsWith('parley.draft.')) version.value++;
});

const keyOf = (user: string, conversation: string) => `parley.draft.${user}.${conversation}`;

/** The unsent text of a conversation; empty if there is none. */
export function readDraft(user: string, conversation: string): string {
  void version.value;
  return kept.getItem(keyOf(user, conversation)) ?? '';
}

/** @param text empty to remove the draft */
export function saveDraft(user: string, conversation: string, text: string): void {
  const key = keyOf(user, conversation);
  if (text === kept.getItem(key)) return;
  try {
    if (text === '') kept.removeItem(key);
    else kept.setItem(key, text);
  } catch {
    // The store is full: the text stays in its field, but is lost with the page.
  }
  version.value++;
}
