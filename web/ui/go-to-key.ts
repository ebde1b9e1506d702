/** Is it Ctrl-K, on Apple's devices ⌘-K, which goes anywhere? There Ctrl-K deletes the rest of a line. */
export function isGoToKey({ ctrlKey, metaKey, altKey, shiftKey, key, code }: KeyboardEvent): boolean {
  const isApple = /Mac|iP/.test(navigator.platform);
  // On a keyboard of another script the key is known by its place.
  const isK = /^[a-z]$/i.test(key) ? key.toLowerCase() === 'k' : code === 'KeyK';
  return isK && !altKey && !shiftKey && (isApple ? metaKey : ctrlKey);
}
