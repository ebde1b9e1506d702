import type { Message } from '@parley/client';
import { computed, signal } from '@preact/signals';
import type { Thread } from './thread.ts';

/** The whole menu, or only the emoji to react with. */
export type MenuKind = 'all' | 'emoji';

export interface Menu {
  readonly thread: Thread;
  readonly message: Message;
  readonly kind: MenuKind;
  /** The menu opens beside this element. */
  readonly anchor: Element;
  onClosed(): void;
}

/** The open menu. */
export const menu = signal<Menu | undefined>(undefined);

let opened = false;
/** After the first menu, `MessageMenu` stays mounted, because it also renders the dialogs that the menu opens. */
export const wasOpened = computed(() => {
  opened ||= menu.value !== undefined;
  return opened;
});

/** The menu could not be downloaded. The next one that is opened tries it again. */
export function dropMenu(): void {
  opened = false;
  const dropped = menu.peek();
  menu.value = undefined;
  dropped?.onClosed();
}
