import { useEffect } from 'preact/hooks';

/** Gives the focus back to the element that had it before the component appeared, unless another element has it when the component goes. */
export function useRestoreFocus(): void {
  useEffect(() => {
    const before = document.activeElement;
    return () => {
      // The focused element has been removed by now, so the body has the focus.
      if (before instanceof HTMLElement && document.activeElement === document.body) before.focus();
    };
  }, []);
}
