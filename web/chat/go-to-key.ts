import { isGoToKey } from '../ui/go-to-key.ts';

/** Hears the key that goes anywhere. @returns stop */
export function onGoTo(go: () => void): () => void {
  const onKey = (event: KeyboardEvent) => {
    if (!isGoToKey(event)) return;
    event.preventDefault();
    go();
  };
  addEventListener('keydown', onKey);
  return () => removeEventListener('keydown', onKey);
}
