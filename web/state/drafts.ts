import { signal } from '@preact/signals';
import { kept, unkept } from '../ui/storage.ts';

/** Counts changes, so that components that read a draft are rendered again when any draft changes. */
const version = signal(0);
addEventListener('storage', ({ key }) => {
  if (/^parley\.(draft|targets)\./.test(key ?? '')) version.value++;
});

/** What is being written in a conversation beside the draft. */
export interface Targets {
  /** `seq` of the message that the draft answers. */
  readonly replyTo?: number;
  /** `seq` of the message that is being edited. */
  readonly editing?: number;
  /** By `seq`. One may begin with another message before the first is saved. */
  readonly edits?: Readonly<Record<number, Edit>>;
}

/** A new text for a message of the user. */
export interface Edit {
  readonly from: string;
  readonly to: string;
}

const draftKey = (user: string, conversation: string) => `parley.draft.${user}.${conversation}`;
const targetsKey = (user: string, conversation: string) => `parley.targets.${user}.${conversation}`;

/** The unsent text of a conversation; empty if there is none. */
export function readDraft(user: string, conversation: string): string {
  void version.value;
  return kept.getItem(draftKey(user, conversation)) ?? '';
}

/** @param text empty to remove the draft */
export function saveDraft(user: string, conversation: string, text: string): void {
  put(draftKey(user, conversation), text);
  version.value++;
}

export function readTargets(user: string, conversation: string): Targets {
  void version.value;
  try {
    return JSON.parse(kept.getItem(targetsKey(user, conversation)) ?? '{}');
  } catch {
    return {};
  }
}

export function saveTargets(user: string, conversation: string, targets: Targets): void {
  const json = JSON.stringify(targets);
  put(targetsKey(user, conversation), json === '{}' ? '' : json);
}

function put(key: string, text: string): void {
  if (text === '') kept.removeItem(key);
  else kept.setItem(key, text);
}

/** Are there texts that end with the page, because this browser keeps nothing, or has no room? */
export function hasUnkeptTexts(): boolean {
  return [...unkept.keys()].some((key) => /^parley\.(draft|targets|refused)\./.test(key));
}
