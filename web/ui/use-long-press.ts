import { useRef } from 'preact/hooks';

/** As on phones. */
const longPressMs = 450;
/** px that a finger may move */
const tolerance = 10;

/**
 * Handlers for a long press with a finger or pen. A mouse has other ways. Lifting the finger afterwards is no click, on whatever was pressed.
 * @param act gets the element that was pressed
 */
export function useLongPress(act: (on: Element) => void) {
  const press = useRef<{ readonly x: number; readonly y: number; readonly timer: number } | undefined>(undefined);
  const isLong = useRef(false);
  const end = () => {
    clearTimeout(press.current?.timer);
    press.current = undefined;
  };
  return {
    onPointerDown({ pointerType, clientX: x, clientY: y, currentTarget }: PointerEvent) {
      end();
      isLong.current = false;
      if (pointerType === 'mouse' || !(currentTarget instanceof Element)) return;
      const timer = window.setTimeout(() => {
        isLong.current = true;
        act(currentTarget);
      }, longPressMs);
      press.current = { x, y, timer };
    },
    onPointerMove({ clientX, clientY }: PointerEvent) {
      const { x = 0, y = 0 } = press.current ?? {};
      if (Math.hypot(clientX - x, clientY - y) > tolerance) end();
    },
    onPointerUp: end,
    onPointerCancel: end,
    // Else the browser's own menu, for a link or picture, would cover the one that was opened.
    onContextMenu(event: Event) {
      if (isLong.current) event.preventDefault();
    },
    // Before the picture, link or button that was pressed.
    onClickCapture(event: MouseEvent) {
      if (!isLong.current) return;
      isLong.current = false;
      event.preventDefault();
      event.stopPropagation();
    },
  };
}
