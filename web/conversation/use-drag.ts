import { useState } from 'preact/hooks';

/** px from which on a drag means something; a shorter one goes back. */
const least = 60;

interface Drag {
  readonly pointer: number;
  readonly fromX: number;
  readonly fromY: number;
  readonly x: number;
  readonly y: number;
}

/** Props for an element that follows the finger, pen or mouse that drags it. A second finger ends the drag: it zooms. */
export function useDrag(act: { onDown(): void; onSideways(right: boolean): void }) {
  const [drag, setDrag] = useState<Drag>();
  const end = () => setDrag(undefined);
  return {
    'data-dragged': drag && '',
    style: { transform: drag ? `translate(${drag.x}px, ${Math.max(0, drag.y)}px)` : '' },
    onPointerDown({ isPrimary, button, pointerId, clientX, clientY, currentTarget }: PointerEvent) {
      if (!isPrimary || drag) return end();
      if (button !== 0) return;
      // So that the drag goes on outside of the element.
      if (currentTarget instanceof Element) currentTarget.setPointerCapture(pointerId);
      setDrag({ pointer: pointerId, fromX: clientX, fromY: clientY, x: 0, y: 0 });
    },
    onPointerMove({ pointerId, clientX, clientY }: PointerEvent) {
      if (drag?.pointer === pointerId) setDrag({ ...drag, x: clientX - drag.fromX, y: clientY - drag.fromY });
    },
    onPointerUp({ pointerId, clientX, clientY }: PointerEvent) {
      if (drag?.pointer !== pointerId) return;
      end();
      const [x, y] = [clientX - drag.fromX, clientY - drag.fromY];
      if (y > least && y > Math.abs(x)) act.onDown();
      else if (Math.abs(x) > least && Math.abs(x) > Math.abs(y)) act.onSideways(x > 0);
    },
    onPointerCancel: end,
  };
}
