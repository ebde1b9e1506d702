import { useRef } from 'preact/hooks';
import { useLongPress } from '../conversation/use-long-press.ts';
import { rowMenu } from './conversation-menu-state.ts';

/**
 * Opens the menu of a row as on each device: by the right button, by the menu key or Shift-F10, and by a long press. Browsers send `contextmenu` for
 * all of these, except Safari on phones for a press.
 */
export function useRowMenu(id: string) {
  const pressed = useRef(false);
  const open = (anchor: EventTarget | null) => {
    if (anchor instanceof HTMLElement && rowMenu.peek()?.id !== id) rowMenu.value = { id, anchor };
  };
  const press = useLongPress((anchor) => {
    pressed.current = true;
    open(anchor);
  });
  return {
    open,
    handlers: {
      ...press,
      onPointerDown(event: PointerEvent) {
        pressed.current = false;
        press.onPointerDown(event);
      },
      onContextMenu(event: MouseEvent) {
        // A selected text keeps the browser's own menu.
        event.preventDefault();
        open(event.currentTarget);
      },
      // Lifting the finger after a long press is no click.
      onClick(event: MouseEvent) {
        if (pressed.current) event.preventDefault();
        pressed.current = false;
      },
    },
  };
}
