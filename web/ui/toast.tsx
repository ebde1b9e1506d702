import { signal } from '@preact/signals';
import { Icon } from './icon.tsx';

interface Toast {
  readonly id: number;
  readonly text: string;
  readonly action?: { readonly label: string; run(): void };
}

/** ms; long enough to read two sentences */
const shown = 7_000;
const most = 3;
const toasts = signal<readonly Toast[]>([]);
let last = 0;

/** Says something that no place on the page is for, such as what was refused; it goes by itself. @param text a sentence, or the message of an error */
export function tell(text: string, action?: Toast['action']): void {
  const id = ++last;
  const [first = '', ...rest] = text;
  toasts.value = [...toasts.value.slice(1 - most), { id, text: first.toUpperCase() + rest.join(''), action }];
  setTimeout(() => dismiss(id), shown);
}

function dismiss(id: number): void {
  toasts.value = toasts.value.filter((toast) => toast.id !== id);
}

export function Toasts() {
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
          <button type="button" class="icon-button" aria-label="Dismiss" onClick={() => dismiss(id)}>
            <Icon name="close" />
          </button>
        </div>
      ))}
    </div>
  );
}
