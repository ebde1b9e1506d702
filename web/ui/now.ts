import { computed, type ReadonlySignal, signal } from '@preact/signals';

const present = signal({ at: Date.now(), zone: '' });

/** The present in ms since 1970, to the minute. What shows "Today" or "Muted until" reads it, and is rendered again. */
export const now: ReadonlySignal<number> = computed(() => present.value.at);

/** The device's time zone, which changes on a journey. */
export const timeZone: ReadonlySignal<string> = computed(() => present.value.zone);

function look(): void {
  present.value = { at: Date.now(), zone: new Intl.DateTimeFormat().resolvedOptions().timeZone };
}

/** Called once. A device that slept may have missed midnight, or a border: so the page also looks when somebody comes back to it. */
export function startClock(): void {
  look();
  setInterval(look, 60_000);
  addEventListener('focus', look);
  document.addEventListener('visibilitychange', look);
}
