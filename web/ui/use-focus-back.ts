import { useEffect } from 'preact/hooks';

/** The focus goes back to where it was, once what calls this is taken away, unless something else on the page has it by then. */
export function useFocusBack(): void {
  useEffect(() => {
    const before = document.activeElement;
    return () => {
      // By then the element that had the focus is gone, and the body has it.
      if (before instanceof HTMLElement && document.activeElement === document.body) before.focus();
    };
  }, []);
}
