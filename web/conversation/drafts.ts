import { signal } from '@preact/signals';

/** Counts changes, so that what reads a draft while it renders is rendered again when one changes. */
const version = signal(0);
addEventListener('storage', ({ key }) => {
  if (key?.startsWith('parley.draft.')) version.value++;
});

const placeOf = (user: string, conversation: string) => `parley.draft.${user}.${conversation}`;

/** What somebody began to write in a conversation; an empty text where there is nothing. */
export function draftOf(user: string, conversation: string): string {
  void version.value;
  return localStorage.getItem(placeOf(user, conversation)) ?? '';
}

/** Keeps it beyond the page; an empty text is none. */
export function keepDraft(user: string, conversation: string, text: string): void {
  if (text === localStorage.getItem(placeOf(user, conversation))) return;
  try {
    if (text === '') localStorage.removeItem(placeOf(user, conversation));
    else localStorage.setItem(placeOf(user, conversation), text);
  } catch {
    // The place is full: the text stands in its field, and is not kept beyond it.
  }
  version.value++;
}
