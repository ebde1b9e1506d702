import { useRef } from 'preact/hooks';

/** ms, as phones have it */
const long = 450;
/** px that a finger moves without meaning it */
const still = 10;

/** What a finger that stays on something means; a mouse has other ways. @param act gets the element that was pressed */
export function useLongPress(act: (on: Element) => void) {
  const pressed = useRef<{ readonly x: number; readonly y: number; readonly timer: number } | undefined>(undefined);
  const end = () => {
    clearTimeout(pressed.current?.timer);
    pressed.current = undefined;
  };
  return {
    onPointerDown({ pointerType, clientX: x, clientY: y, currentTarget }: PointerEvent) {
      end();
      if (pointerType === 'mouse' || !(currentTarget instanceof Element)) return;
      pressed.current = { x, y, timer: window.setTimeout(() => act(currentTarget), long) };
    },
    onPointerMove({ clientX, clientY }: PointerEvent) {
      const { x = 0, y = 0 } = pressed.current ?? {};
      if (Math.hypot(clientX - x, clientY - y) > still) end();
    },
    onPointerUp: end,
    onPointerCancel: end,
  };
}
