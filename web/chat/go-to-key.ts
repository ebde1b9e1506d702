/** Hears Ctrl-K, on Apple's devices ⌘-K: there Ctrl-K deletes the rest of a line. @returns stop */
export function onGoTo(go: () => void): () => void {
  const isApple = /Mac|iP/.test(navigator.platform);
  const onKey = (event: KeyboardEvent) => {
    const { ctrlKey, metaKey, altKey, shiftKey, key, code } = event;
    // On a keyboard of another script the key is known by its place.
    const isK = /^[a-z]$/i.test(key) ? key.toLowerCase() === 'k' : code === 'KeyK';
    if (!isK || altKey || shiftKey || !(isApple ? metaKey : ctrlKey)) return;
    event.preventDefault();
    go();
  };
  addEventListener('keydown', onKey);
  return () => removeEventListener('keydown', onKey);
}
