import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { showToast } from './ui/toast.tsx';
import { t } from './words/words.ts';

type Chunk = typeof import('./lazy-chunk.ts');

/**
 * A component of `lazy-chunk.ts`, which is downloaded when the first such component is rendered. If the download fails, a toast says so and
 * the component is closed with its `onClose`.
 * @example const SettingsDialog = lazy((chunk) => chunk.SettingsDialog)
 */
export function lazy<Props extends object>(select: (chunk: Chunk) => ComponentType<Props>): ComponentType<Props> {
  let loaded: ComponentType<Props> | undefined;
  return function Lazy(props: Props) {
    const [, setLoaded] = useState(loaded !== undefined);
    useEffect(() => {
      // Another place may have loaded it after this one was rendered.
      if (loaded) {
        setLoaded(true);
        return;
      }
      let mounted = true;
      import('./lazy-chunk.ts').then(
        (chunk) => {
          loaded = select(chunk);
          if (mounted) setLoaded(true);
        },
        () => {
          if (!mounted) return;
          showToast(t('This part of the page could not be loaded. Try again in a moment.'));
          if ('onClose' in props && typeof props.onClose === 'function') props.onClose();
        },
      );
      return () => {
        mounted = false;
      };
    }, []);
    const Loaded = loaded;
    return Loaded ? <Loaded {...props} /> : null;
  };
}
