import type { RefObject } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { Route } from '../route.ts';

/** Moves the focus to the pane that the address names, when the address changes and the focus is not there already. */
export function usePaneFocus(
  route: Route,
  inbox: RefObject<HTMLElement | null>,
  pane: RefObject<HTMLElement | null>,
): void {
  const previous = useRef(route);
  useEffect(() => {
    const left = previous.current;
    previous.current = route;
    if (left === route) return;
    if (route.page === 'conversation') {
      if (!pane.current?.contains(document.activeElement)) pane.current?.focus({ preventScroll: true });
    } else if (left.page === 'conversation' && !inbox.current?.contains(document.activeElement)) {
      const row = inbox.current?.querySelector<HTMLElement>(`[data-conversation="${CSS.escape(left.name)}"]`);
      // Not the search field: on a phone that would open the keyboard.
      (row ?? inbox.current)?.focus();
    }
  }, [route, inbox, pane]);
}
