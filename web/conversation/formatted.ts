import { signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { loadLater } from '../load-later.ts';
import type { Written } from './rich-text.tsx';

type Format = (written: Written) => ComponentChildren;

const loaded = signal<Format>();
let loading: Promise<void> | undefined;

/**
 * What shows a text with its marks; undefined until it is downloaded, which the first call begins. A text is shown as it is written until then,
 * also if the download fails: the next text with marks tries again.
 */
export function formatted(): Format | undefined {
  if (loading) return loaded.value;
  loading = Promise.all([loadLater(), import('../text/parse.ts')]).then(
    ([{ richText }, { parse }]) => {
      loaded.value = (written) => richText(written, parse(written.text));
    },
    () => {
      loading = undefined;
    },
  );
  return loaded.value;
}
