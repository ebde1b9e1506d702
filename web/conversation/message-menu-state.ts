import type { Message } from '@parley/client';
import { computed, signal } from '@preact/signals';
import type { Thread } from './thread.ts';

/** The whole menu, or the choice of an emoji alone. */
export type MenuKind = 'all' | 'emoji';

export interface Menu {
  readonly thread: Thread;
  readonly message: Message;
  readonly kind: MenuKind;
  /** What it stands beside. */
  readonly by: Element;
  onClosed(): void;
}

/** The one that is open. */
export const menu = signal<Menu | undefined>(undefined);

let opened = false;
/** Was one ever open? Then what shows them stays, with the dialogs that they lead to. */
export const wasOpen = computed(() => {
  opened ||= menu.value !== undefined;
  return opened;
});
