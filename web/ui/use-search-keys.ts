import type { RefObject } from 'preact';
import { useEffect, useState } from 'preact/hooks';

/**
 * `onKeyDown` of a search field: Down goes to the first result, and Enter takes it. While the results are on their way, Enter waits for them.
 * @param results the element that has them as links or buttons
 * @param isReady are these the results of what is typed?
 */
export function useSearchKeys(
  results: RefObject<HTMLElement | null>,
  isReady: boolean,
): (event: KeyboardEvent) => void {
  const [isAwaited, setAwaited] = useState(false);
  const first = () => results.current?.querySelector<HTMLElement>('a[href], button:not(:disabled)');
  useEffect(() => {
    if (!isAwaited || !isReady) return;
    setAwaited(false);
    first()?.click();
  }, [isAwaited, isReady]);
  return (event) => {
    if (event.isComposing) return;
    setAwaited(event.key === 'Enter');
    if (event.key === 'ArrowDown') first()?.focus();
    // A form around it is not sent.
    else if (event.key !== 'Enter') return;
    event.preventDefault();
  };
}
