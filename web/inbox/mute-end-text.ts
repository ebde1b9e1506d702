import { always } from '@parley/client/settings';
import { clockTime, exactTime } from '../ui/times.ts';
import { t } from '../words/words.ts';

/** `Muted until 14:05.`, or the day too; or until the user ends it. @param until ISO 8601 @param now ms */
export function muteEndText(until: string, now: number): string {
  if (until === always) return t('Muted until you unmute it.');
  const isToday = new Date(until).toDateString() === new Date(now).toDateString();
  return t('Muted until {time}.', { time: isToday ? clockTime(until) : exactTime(until) });
}
