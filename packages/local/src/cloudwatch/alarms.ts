import type { Stack } from '#assembly/stack';
import type { Context } from '#context';
import type { Topics } from '#sns/start';
import type { Targets } from '#targets/targets';
import { type AlarmSettings, readAlarms } from './alarm-settings.ts';
import { evaluateAlarm, type StateValue } from './evaluate-alarm.ts';
import type { MetricStore } from './metric-store.ts';
import { type Change, tellOf } from './tell-of-alarm.ts';

export interface AlarmState {
  readonly settings: AlarmSettings;
  readonly value: StateValue;
  readonly reason: string;
  /** Milliseconds since the epoch. */
  readonly since: number;
}

export interface Alarms {
  /** Evaluates all and tells of changes. */
  evaluate(): readonly AlarmState[];
  /** As `SetAlarmState`: until the next evaluation. @returns false if there is no such alarm */
  set(name: string, value: StateValue, reason: string): boolean;
  /** The latest first. */
  history(): readonly Change[];
  stop(): void;
}

/** How often alarms are evaluated, in milliseconds. On AWS once a minute, or oftener for short periods. */
const interval = 1_000;
const keptChanges = 100;

/** The template's alarms. They cost nothing where there are none. */
export function createAlarms(
  context: Context,
  store: MetricStore,
  to: { targets: Targets; topics: Topics; refresh: () => void },
): Alarms {
  const { clock, timeScale } = context;
  const states = new Map<string, AlarmState>();
  const changes: Change[] = [];
  let read: { stack: Stack; alarms: readonly AlarmSettings[] } | undefined;
  const alarms = () => {
    const { stack } = context;
    if (read?.stack !== stack) read = { stack, alarms: readAlarms(stack) };
    return read.alarms;
  };
  const stateOf = (settings: AlarmSettings): AlarmState => ({
    ...(states.get(settings.name) ?? {
      value: 'INSUFFICIENT_DATA',
      reason: 'Unchecked: Initial alarm creation',
      since: startedAt,
    }),
    settings,
  });
  const startedAt = clock.now();
  const change = (settings: AlarmSettings, value: StateValue, reason: string) => {
    const { value: from } = stateOf(settings);
    const time = clock.now();
    states.set(settings.name, { settings, value, reason, since: time });
    const changed = { alarm: settings, from, to: value, reason, time };
    changes.unshift(changed);
    changes.splice(keptChanges);
    void tellOf(context, to, changed);
  };
  const evaluate = () => {
    to.refresh();
    for (const settings of alarms()) {
      const { state, reason } = evaluateAlarm(store, settings, { now: clock.now(), timeScale });
      if (state !== undefined && state !== stateOf(settings).value) change(settings, state, reason);
    }
    return alarms().map(stateOf);
  };
  // Read now, so that a broken alarm fails the start.
  alarms();
  const timer = setInterval(() => alarms().length > 0 && evaluate(), interval);
  timer.unref();
  return {
    evaluate,
    set(name, value, reason) {
      const settings = alarms().find((alarm) => alarm.name === name);
      if (settings && stateOf(settings).value !== value) change(settings, value, reason);
      return settings !== undefined;
    },
    history: () => changes,
    stop: () => clearInterval(timer),
  };
}
