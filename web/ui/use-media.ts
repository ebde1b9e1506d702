import { useEffect, useState } from 'preact/hooks';

/** Does a condition of the screen hold? @param condition a media query, such as `(min-width: 75rem)` */
export function useMedia(condition: string): boolean {
  const [holds, setHolds] = useState(() => matchMedia(condition).matches);
  useEffect(() => {
    const list = matchMedia(condition);
    const hear = () => setHolds(list.matches);
    hear();
    list.addEventListener('change', hear);
    return () => list.removeEventListener('change', hear);
  }, [condition]);
  return holds;
}
