import type { Stack } from '#assembly/stack';
import { withoutHash } from '#calls';
import type { AlarmState } from '#cloudwatch/alarms';

export interface DescribedAlarm {
  readonly name: string;
  readonly state: AlarmState['value'];
  readonly reason: string;
  /** What the template says of it. */
  readonly description: string;
  /** Milliseconds since the epoch. */
  readonly since: number;
}

/** Those that ring first. */
export function describeAlarms(stack: Stack, alarms: readonly AlarmState[]): DescribedAlarm[] {
  return alarms
    .map(({ settings, value, reason, since }) => ({
      name: withoutHash(stack.byPhysicalId('AWS::CloudWatch::Alarm', settings.name)?.logicalId ?? settings.name),
      state: value,
      reason,
      description: settings.AlarmDescription ?? '',
      since,
    }))
    .sort((a, b) => Number(b.state === 'ALARM') - Number(a.state === 'ALARM'));
}
