import type { ComponentType } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { loadLater } from './load-later.ts';
import { catchKeys } from './ui/catch-keys.ts';
import { showToast } from './ui/toast.tsx';
import { t } from './words/words.ts';

type Chunk = typeof import('./lazy-chunk.ts');

/**
 * A component of `lazy-chunk.ts`, which is downloaded when the first such component is rendered. If the download fails, a toast says so and
 * the component is closed with its `onClose`; one that cannot be closed is downloaded again when the browser is online, or when the user asks.
 * What is typed while a component that can be closed is downloaded goes into the field that it focuses.
 * @param onFailed closes a component that has no `onClose`
 * @example const SettingsDialog = lazy((chunk) => chunk.SettingsDialog)
 */
export function lazy<Props extends object>(
  select: (chunk: Chunk) => ComponentType<Props>,
  onFailed?: () => void,
): ComponentType<Props> {
  let loaded: ComponentType<Props> | undefined;
  return function Lazy(props: Props) {
    const [isLoaded, setLoaded] = useState(loaded !== undefined);
    const keys = useRef<ReturnType<typeof catchKeys> | undefined>(undefined);
    const onClose = 'onClose' in props && typeof props.onClose === 'function' ? props.onClose : undefined;
    const close = useRef(onFailed);
    close.current = onClose ? () => onClose() : onFailed;
    // Before the browser paints: keys come at once.
    useLayoutEffect(() => {
      // Another place may have loaded it after this one was rendered.
      if (loaded) {
        setLoaded(true);
        return;
      }
      let mounted = true;
      if (onClose) keys.current = catchKeys(() => close.current?.());
      const load = () => {
        loadLater().then(
          (chunk) => {
            loaded = select(chunk);
            if (mounted) setLoaded(true);
          },
          () => {
            if (!mounted) return;
            showToast(
              t('This part of the page could not be loaded. Check your connection and try again.'),
              close.current ? undefined : { label: t('Try again'), run: load },
            );
            if (close.current) close.current();
            else addEventListener('online', load, { once: true });
          },
        );
      };
      load();
      return () => {
        mounted = false;
        removeEventListener('online', load);
        keys.current?.stop();
      };
    }, []);
    // After the effects of the loaded component, which give the focus to its field.
    useEffect(() => {
      if (!isLoaded) return;
      keys.current?.give();
      keys.current = undefined;
    }, [isLoaded]);
    const Loaded = loaded;
    return Loaded ? <Loaded {...props} /> : null;
  };
}
