import { computed, signal } from '@preact/signals';

/** The open menu of a conversation in the list. */
export interface RowMenu {
  readonly id: string;
  /** The menu opens beside this element. */
  readonly anchor: HTMLElement;
}

export const rowMenu = signal<RowMenu | undefined>(undefined);

let opened = false;
/** The menu is downloaded for the first that is opened. */
export const wasRowMenuOpened = computed(() => {
  opened ||= rowMenu.value !== undefined;
  return opened;
});

/** The menu could not be downloaded. The next one that is opened tries it again. */
export function dropRowMenu(): void {
  opened = false;
  rowMenu.value = undefined;
}
