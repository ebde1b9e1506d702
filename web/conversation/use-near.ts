import type { RefObject } from 'preact';
import { useEffect } from 'preact/hooks';

/** Tells when something comes near what is seen of its scroller, and again as long as it is there after each change of `what`. */
export function useNear(
  element: RefObject<HTMLElement | null>,
  root: RefObject<HTMLElement | null>,
  what: unknown,
  onNear: () => void,
): void {
  useEffect(() => {
    if (!element.current) return;
    const watch = new IntersectionObserver(
      (entries) => {
        if (entries.some(({ isIntersecting }) => isIntersecting)) onNear();
      },
      { root: root.current, rootMargin: '800px 0px' },
    );
    watch.observe(element.current);
    return () => watch.disconnect();
  }, [element, root, what, onNear]);
}
