import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { t } from '../words/words.ts';
import { IconButton } from './button.tsx';
import { explain } from './explain.ts';

interface Toast {
  readonly id: number;
  readonly text: string;
  readonly action?: { readonly label: string; run(): void };
}

/** Long enough to read two sentences. */
const shownMs = 7_000;
const maxToasts = 3;
const toasts = signal<readonly Toast[]>([]);
let lastId = 0;

/** Shows a message for a few seconds: for what has no place of its own on the page. @param text a sentence */
export function showToast(text: string, action?: Toast['action']): void {
  const id = ++lastId;
  const others = toasts.value.filter((toast) => toast.text !== text);
  toasts.value = [...others.slice(1 - maxToasts), { id, text, action }];
  setTimeout(() => dismiss(id), shownMs);
}

/** Says why something failed. */
export function showError(error: Error, action?: Toast['action']): void {
  void explain(error).then((text) => showToast(text, action));
}

function dismiss(id: number): void {
  toasts.value = toasts.value.filter((toast) => toast.id !== id);
}

export function Toasts() {
  // What they offer to do is not for the next user of this page.
  useEffect(
    () => () => {
      toasts.value = [];
    },
    [],
  );
  return (
    <div class="toasts" role="status" aria-live="polite">
      {toasts.value.map(({ id, text, action }) => (
        <div class="toast" key={id}>
          <p>{text}</p>
          {action && (
            <button
              type="button"
              class="toast-action"
              onClick={() => {
                dismiss(id);
                action.run();
              }}
            >
              {action.label}
            </button>
          )}
          <IconButton icon="close" label={t('Dismiss')} onClick={() => dismiss(id)} />
        </div>
      ))}
    </div>
  );
}
