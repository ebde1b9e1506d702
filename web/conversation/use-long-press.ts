import { useRef } from 'preact/hooks';

/** As on phones. */
const longPressMs = 450;
/** px that a finger may move */
const tolerance = 10;

/** Handlers for a long press with a finger or pen. A mouse has other ways. @param act gets the element that was pressed */
export function useLongPress(act: (on: Element) => void) {
  const press = useRef<{ readonly x: number; readonly y: number; readonly timer: number } | undefined>(undefined);
  const end = () => {
    clearTimeout(press.current?.timer);
    press.current = undefined;
  };
  return {
    onPointerDown({ pointerType, clientX: x, clientY: y, currentTarget }: PointerEvent) {
      end();
      if (pointerType === 'mouse' || !(currentTarget instanceof Element)) return;
      press.current = { x, y, timer: window.setTimeout(() => act(currentTarget), longPressMs) };
    },
    onPointerMove({ clientX, clientY }: PointerEvent) {
      const { x = 0, y = 0 } = press.current ?? {};
      if (Math.hypot(clientX - x, clientY - y) > tolerance) end();
    },
    onPointerUp: end,
    onPointerCancel: end,
  };
}
