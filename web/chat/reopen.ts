import { signal } from '@preact/signals';

/** How often the shown conversation was opened anew: what was refused may be allowed now. */
export const opened = signal(0);

export function reopen(): void {
  opened.value++;
}
