import { useLayoutEffect, useRef } from 'preact/hooks';

/**
 * Escape anywhere in the conversation, or where nothing has the focus because what had it is gone; but first for what is open above it or what the composer does. Each press is for one.
 * @param inside an element of the conversation
 */
export function useEscape(inside: { readonly current: HTMLElement | null }, onEscape: () => void): void {
  const act = useRef(onEscape);
  act.current = onEscape;
  // Before the browser paints: keys may come at once.
  useLayoutEffect(() => {
    const pane = inside.current?.closest('.conversation-and-details');
    const onKey = (event: Event) => {
      if (!(event instanceof KeyboardEvent) || event.key !== 'Escape' || event.isComposing) return;
      const { target, defaultPrevented } = event;
      if (!(target instanceof Element) || (target !== document.body && !pane?.contains(target))) return;
      const isElsewhere = target.closest('.composer, .details, dialog, [popover]');
      if (defaultPrevented || isElsewhere || document.querySelector(':popover-open')) return;
      event.preventDefault();
      act.current();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);
}
