import type { RefObject } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { isGoToKey } from './go-to-key.ts';
import { isTouch } from './is-touch.ts';
import { useLayer } from './layers.ts';
import { positionPopover } from './position-popover.ts';

/**
 * Shows a menu, a `popover="manual"`, beside its anchor, and gives it the focus. It is closed by Escape, Tab or a press elsewhere.
 * A popover that closes by itself would close when the finger that opened it by a long press is lifted.
 * @param shown what the menu shows: when it changes, the menu is placed anew
 * @param onClose the parent should stop rendering the menu
 * @returns closes the menu; the focus goes to the anchor, or back to where it was
 */
export function useMenu(
  element: RefObject<HTMLElement | null>,
  anchor: Element,
  shown: unknown,
  onClose: () => void,
): () => void {
  const before = useRef<Element | null>(null);
  const close = useRef(() => {});
  close.current = () => {
    const { activeElement } = document;
    if (element.current?.contains(activeElement)) focusFirst(anchor, before.current, anchor.closest('[tabindex]'));
    onClose();
  };
  useLayoutEffect(() => {
    const menu = element.current;
    if (!menu) return;
    if (!menu.matches(':popover-open')) {
      before.current = document.activeElement;
      menu.showPopover();
    }
    positionPopover(menu, anchor);
    (
      menu.querySelector<HTMLElement>('[aria-checked="true"], .emoji-grid button') ?? menu.querySelector('button')
    )?.focus();
  }, [element, anchor, shown]);
  // On a phone, where it covers what is below, Back closes it. A pointer presses beside it.
  useLayer(() => close.current(), isTouch());
  // Before the browser paints: keys may come at once.
  useLayoutEffect(() => {
    const leave = new AbortController();
    const options = { signal: leave.signal, capture: true };
    const shut = () => close.current();
    // A phone's keyboard closes when the menu takes the focus from a field.
    const onResize = () => {
      if (anchor.getClientRects().length === 0) shut();
      else if (element.current) positionPopover(element.current, anchor);
    };
    const onPress = ({ target }: PointerEvent) => {
      if (!(target instanceof Node && element.current?.contains(target))) shut();
    };
    const onKey = (event: KeyboardEvent) => {
      // A dialog opens above it, and the next Escape is for that one.
      if (isGoToKey(event)) shut();
      // In a palette, Tab goes to the search and back.
      const isTab = event.key === 'Tab' && !element.current?.querySelector('[role="dialog"]');
      if (event.key !== 'Escape' && !isTab) return;
      // The layer below stays open.
      event.stopPropagation();
      event.preventDefault();
      shut();
    };
    document.addEventListener('pointerdown', onPress, options);
    document.addEventListener('keydown', onKey, options);
    addEventListener('resize', onResize, options);
    return () => leave.abort();
  }, [element, anchor]);
  return () => close.current();
}

/** The first that can have it: what had it before may be hidden by now. */
function focusFirst(...elements: readonly (Element | null)[]): void {
  for (const element of elements) {
    if (!(element instanceof HTMLElement) || element === document.body) continue;
    element.focus({ preventScroll: true });
    if (document.activeElement === element) return;
  }
}
