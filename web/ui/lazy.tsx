import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { tell } from './toast.tsx';

type More = typeof import('../more.ts');

/**
 * A part of the page that most visits do without: its code is fetched when it is first shown, and kept. Where it cannot be fetched, whoever
 * wanted it is told so, and it is closed.
 * @example const SettingsDialog = lazy((more) => more.SettingsDialog)
 */
export function lazy<Props extends object>(partOf: (more: More) => ComponentType<Props>): ComponentType<Props> {
  let loaded: ComponentType<Props> | undefined;
  return function Lazy(props: Props) {
    const [, setLoaded] = useState(loaded !== undefined);
    useEffect(() => {
      // Somebody else may have fetched it since this was rendered.
      if (loaded) {
        setLoaded(true);
        return;
      }
      let wanted = true;
      import('../more.ts').then(
        (more) => {
          loaded = partOf(more);
          if (wanted) setLoaded(true);
        },
        () => {
          if (!wanted) return;
          tell('unable to show this; this part of the page could not be loaded, try again in a moment');
          if ('onClose' in props && typeof props.onClose === 'function') props.onClose();
        },
      );
      return () => {
        wanted = false;
      };
    }, []);
    const Part = loaded;
    return Part ? <Part {...props} /> : null;
  };
}
