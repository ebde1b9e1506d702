import { prices } from '../prices.ts';
import type { Inputs } from './inputs.ts';
import type { Scenes } from './scenes.ts';
import { type Bill, billOf, priceOf, sum, times, type Units } from './units.ts';

/** Of a month of a deployment, in dollars. */
export interface Month {
  readonly bill: Bill;
  readonly storage: number;
  readonly backup: number;
  readonly pool: number;
  readonly alarms: number;
  readonly total: number;
}

/** One message through the page: typed, sent, and read by the other. */
export function messageOf({ typing, sending, reading }: Scenes): Units {
  return sum(typing, sending, reading);
}

/** Dollars of a user whose page is open all month, and to whom nothing happens. */
export function alwaysOn({ idleHour }: Scenes, { days }: Inputs): number {
  return priceOf(times(idleHour, 24 * days));
}

export function monthOf(scenes: Scenes, inputs: Inputs): Month {
  const { users, messagesPerUserDay, hoursPerUserDay, visitsPerUserDay, days } = inputs;
  const messages = users * messagesPerUserDay * days;
  const visits = users * visitsPerUserDay * days;
  const units = sum(
    times(messageOf(scenes), messages),
    times(scenes.idleHour, users * hoursPerUserDay * days),
    times({ ...scenes.visit, edge: scenes.visit.edge + inputs.pageRequestsPerVisit }, visits),
  );
  const bill = billOf(units);
  const gigabytes = (messages * inputs.monthsKept * inputs.bytesPerMessage) / 1_000_000_000;
  const storage = gigabytes * prices.tableGigabyteMonth;
  const backup = gigabytes * prices.backupGigabyteMonth;
  const pool = Math.max(0, users - inputs.freePoolUsers) * prices.poolUserMonth;
  const alarms = Math.max(0, inputs.alarmMetrics - prices.freeAlarmMetrics) * prices.alarmMetricMonth;
  return { bill, storage, backup, pool, alarms, total: priceOf(units) + storage + backup + pool + alarms };
}
