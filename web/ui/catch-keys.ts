/**
 * Keeps what is typed while something that will take the focus is on its way: else the keys would go to the button that opened it, or get lost.
 * It ends when the user moves the focus. (The page gives it to its main part, from where nothing takes keys.)
 * @param onEscape the user does not want it any more
 */
export function catchKeys(onEscape: () => void): { give(): void; stop(): void } {
  let typed = '';
  const onKey = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.key === 'Escape') onEscape();
    else if (event.key === 'Backspace') typed = [...typed].slice(0, -1).join('');
    else if ([...event.key].length === 1) typed += event.key;
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const onFocus = ({ target }: FocusEvent) => (target instanceof Element && target.matches('main')) || stop();
  const stop = () => {
    removeEventListener('keydown', onKey, true);
    removeEventListener('focusin', onFocus);
    removeEventListener('pointerdown', stop);
  };
  addEventListener('keydown', onKey, true);
  addEventListener('focusin', onFocus);
  addEventListener('pointerdown', stop);
  return {
    stop,
    /** Puts it into the field that has the focus now. Unlike a new value, this tells the field's component and can be undone. */
    give() {
      stop();
      if (typed !== '' && document.activeElement?.matches('input, textarea'))
        document.execCommand('insertText', false, typed);
    },
  };
}
