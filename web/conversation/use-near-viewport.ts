import type { RefObject } from 'preact';
import { useEffect } from 'preact/hooks';

/** Calls `onNear` when an element comes near the visible part of its scroller; and again after each change of `trigger`, while it is still near. */
export function useNearViewport(
  element: RefObject<HTMLElement | null>,
  scroller: RefObject<HTMLElement | null>,
  trigger: unknown,
  onNear: () => void,
): void {
  useEffect(() => {
    if (!element.current) return;
    const observer = new IntersectionObserver(
      (entries) => {
        if (entries.some(({ isIntersecting }) => isIntersecting)) onNear();
      },
      { root: scroller.current, rootMargin: '800px 0px' },
    );
    observer.observe(element.current);
    return () => observer.disconnect();
  }, [element, scroller, trigger, onNear]);
}
