/** What may have the focus, fields excepted: on a phone they open the keyboard. */
const focusable = 'button:not(:disabled), a[href], [tabindex]';

/** An element, and what stood beside it. */
type Place = readonly [element: Element, next: Element | null, before: Element | null];

/**
 * A button may go with what it has done: an invitation that was accepted, somebody who was unblocked. Then nothing has the focus, and keys and
 * screen readers begin anew at the top of the page. What is next to it gets the focus instead, unless something else takes it.
 */
export function keepFocus(): void {
  let places: readonly Place[] = [];

  function remember(): void {
    const found: Place[] = [];
    for (let at = document.activeElement; at && at !== document.body; at = at.parentElement)
      found.push([at, at.nextElementSibling, at.previousElementSibling]);
    if (found.length > 0) places = found;
  }

  function look(): void {
    if (document.activeElement !== document.body) return;
    for (const [element, ...beside] of places) {
      for (const near of [element, ...beside]) {
        if (!near?.isConnected) continue;
        const next = near.matches(focusable) ? near : near.querySelector(focusable);
        if (next instanceof HTMLElement) next.focus({ preventScroll: true });
        if (document.activeElement !== document.body) return;
      }
    }
  }

  remember();
  addEventListener('focusin', remember);
  new MutationObserver(() => {
    const [last] = places;
    if (!last || last[0].isConnected || document.activeElement !== document.body) return;
    // Behind the effects of the components, which may give it to somebody else.
    requestAnimationFrame(() => setTimeout(look));
  }).observe(document.body, { childList: true, subtree: true });
}
