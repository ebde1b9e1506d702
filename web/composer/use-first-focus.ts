import type { RefObject } from 'preact';
import { useEffect } from 'preact/hooks';
import { isTouch } from '../ui/is-touch.ts';

/**
 * Whoever has opened a conversation wants to write: the field gets the focus, unless something else has it by now. Not where a finger chooses: the
 * keyboard would cover half of the page.
 */
export function useFirstFocus(field: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const { activeElement } = document;
    if (!isTouch() && activeElement?.matches('body, main')) field.current?.focus();
  }, [field]);
}
