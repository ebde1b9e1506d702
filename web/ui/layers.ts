import { useLayoutEffect, useRef } from 'preact/hooks';

/** What the page keeps with each entry of the browser's history. */
export interface Entry {
  /** Its place: each new entry has the next number. */
  readonly at: number;
  /** The place of the last inbox below it, if there is one. */
  readonly inbox?: number;
  /** It stands for dialogs that are open above the page, or were: it has the address of the entry below it. */
  readonly layer?: true;
}

let current: Entry | undefined = history.state ?? undefined;
/** What closes the open dialogs, the uppermost last. */
const layers: (() => void)[] = [];

/** The entry that the browser is at. */
export function entry(): Entry {
  return current ?? { at: 0 };
}

/** Writes the entry that the browser is at. @param href its new address */
export function writeEntry(next: Entry, href?: string): void {
  history.replaceState(next, '', href);
  current = next;
}

export function closeLayers(): void {
  for (const close of layers.splice(0).reverse()) close();
}

/**
 * While the component is there, Back closes it and does not leave the page.
 * @param isLayer does not change
 */
export function useLayer(close: () => void, isLayer = true): void {
  const latest = useRef(close);
  latest.current = close;
  useLayoutEffect(() => {
    if (!isLayer) return;
    const layer = () => latest.current();
    layers.push(layer);
    pushEntry();
    return () => {
      const index = layers.indexOf(layer);
      if (index >= 0) layers.splice(index, 1);
      // Back has closed this one, and there is another one below it.
      if (layers.length > 0) pushEntry();
    };
  }, []);
}

/** One entry stands for all layers. When they are closed it stays until Back comes to it, because removing it takes the browser a moment. */
function pushEntry(): void {
  if (entry().layer) return;
  current = { ...entry(), at: entry().at + 1, layer: true };
  history.pushState(current, '');
}

addEventListener('popstate', () => {
  // A new entry: `route.ts` writes it.
  if (history.state === null) return;
  const left = entry();
  current = history.state;
  if (entry().layer || !left.layer) return;
  const top = layers.at(-1);
  if (top) top();
  else if (entry().at === left.at - 1) history.back();
});
