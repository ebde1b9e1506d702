import type { RefObject } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { Route } from '../route.ts';

/** Moves the focus to the pane that the address now names, as long as it is not there already; not when the page begins. */
export function useFocusOnShown(
  route: Route,
  inbox: RefObject<HTMLElement | null>,
  pane: RefObject<HTMLElement | null>,
): void {
  const before = useRef(route);
  useEffect(() => {
    const left = before.current;
    before.current = route;
    if (left === route) return;
    if (route.at === 'conversation') {
      if (!pane.current?.contains(document.activeElement)) pane.current?.focus({ preventScroll: true });
    } else if (left.at === 'conversation' && !inbox.current?.contains(document.activeElement)) {
      const row = inbox.current?.querySelector<HTMLElement>(`[data-conversation="${CSS.escape(left.name)}"]`);
      // Not a field: on a phone that would bring up the keyboard.
      (row ?? inbox.current)?.focus();
    }
  }, [route, inbox, pane]);
}
