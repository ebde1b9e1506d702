import type { Signal } from '@preact/signals';
import { useLongPress } from '../ui/use-long-press.ts';

/** The open menu of a conversation in the list. */
export interface RowMenu {
  readonly id: string;
  /** The menu opens beside this element. */
  readonly anchor: HTMLElement;
}

/**
 * Opens the menu of a row as on each device: by the right button, by the menu key or Shift-F10, and by a long press. Browsers send `contextmenu` for
 * all of these, except Safari on phones for a press.
 */
export function useRowMenu(id: string, menu: Signal<RowMenu | undefined>) {
  const open = (anchor: EventTarget | null) => {
    if (anchor instanceof HTMLElement && menu.peek()?.id !== id) menu.value = { id, anchor };
  };
  const press = useLongPress(open);
  return {
    open,
    handlers: {
      ...press,
      onContextMenu(event: MouseEvent) {
        // A selected text keeps the browser's own menu.
        event.preventDefault();
        open(event.currentTarget);
      },
    },
  };
}
