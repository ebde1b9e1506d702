/** How this device notifies. The page keeps it in the worker's cache, so that it also counts for pushes that come while no page is open. */
export interface NotifySettings {
  readonly sound: boolean;
  /** From one time of the day to another, such as from `22:00` to `07:00`. */
  readonly quiet?: { readonly from: string; readonly to: string };
}

export const usualSettings: NotifySettings = { sound: true };

/** @param at in the device's time zone */
export function isQuiet({ quiet }: NotifySettings, at: Date): boolean {
  if (!quiet) return false;
  const two = (number: number) => String(number).padStart(2, '0');
  const time = `${two(at.getHours())}:${two(at.getMinutes())}`;
  const { from, to } = quiet;
  return from <= to ? from <= time && time < to : time >= from || time < to;
}
