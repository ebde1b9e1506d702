/** The options `canary` and `tracing`, on the local runtime: on a deployed stack the schedule invokes the function, and CloudWatch has its log. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import {
  AdminDisableUserCommand,
  AdminGetUserCommand,
  AdminSetUserPasswordCommand,
  ListUsersCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { type Chat, startChat } from '../support/chat.ts';

type Line = Readonly<Record<string, unknown>>;

/** Of the option `tracing`. */
const trace = expect.stringMatching(/^1-[0-9a-f]{8}-[0-9a-f]{24}$/);

let chat: Chat;

describe.skipIf(process.env.PARLEY_OUTPUTS)('the canary', () => {
  beforeAll(async () => {
    // It runs every three seconds, and the alarm's quarter of an hour has nine.
    chat = await startChat({ assemblyDirectory: inject('optionsDirectory'), timeScale: 100 });
  });
  afterAll(() => chat.stop());

  function lines(): Line[] {
    const folder = join(chat.dataDirectory ?? '', 'logs');
    const file = existsSync(folder) && readdirSync(folder).find((name) => name.includes('CanaryLog'));
    const text = file ? readFileSync(join(folder, file), 'utf8') : '';
    return text.split('\n').flatMap((one): Line[] => (one === '' ? [] : [JSON.parse(one)]));
  }

  /** The first line after the first `seen` ones that has these fields. */
  function next(fields: Line, seen = 0): Promise<Line> {
    const matches = (line: Line) => Object.entries(fields).every(([key, value]) => line[key] === value);
    return vi.waitUntil(() => lines().slice(seen).find(matches), { timeout: 30_000, interval: 20 });
  }

  /** Its account in the pool. */
  async function account(): Promise<{ UserPoolId: string; Username: string }> {
    const { UserPoolId } = chat.outputs;
    const { Users = [] } = await chat.cognito.send(new ListUsersCommand({ UserPoolId }));
    const names = Users.map(({ Username = '' }) => Username).filter((name) => name.startsWith('canary-'));
    expect(names).toHaveLength(1);
    return { UserPoolId, Username: names[0] ?? '' };
  }

  it('runs by its schedule, makes its account, and counts that it could sign in, send, receive and read', async () => {
    const first = await next({ CanarySuccess: 1 });
    expect(first).toMatchObject({ CanaryTime: [expect.any(Number)], xray_trace_id: trace });
    const { Username, UserPoolId } = await account();
    expect(first.user).toBe(Username);
    const { UserStatus } = await chat.cognito.send(new AdminGetUserCommand({ UserPoolId, Username }));
    expect(UserStatus).toBe('CONFIRMED');
  });

  it('signs in again when another environment has changed its password', async () => {
    const Password = `Another-7-${chat.run}`;
    await chat.cognito.send(new AdminSetUserPasswordCommand({ ...(await account()), Password, Permanent: true }));
    // A run that has just signed in may still succeed with the password from before; the one after it cannot.
    await next({ CanarySuccess: 1 }, lines().length);
    await next({ CanarySuccess: 1 }, lines().length);
  });

  it('that fails says at which step, with its trace, and rings its alarm', async () => {
    const seen = lines().length;
    await chat.cognito.send(new AdminDisableUserCommand(await account()));
    const failed = await next({ message: 'the canary failed' }, seen);
    expect(failed).toMatchObject({
      level: 'WARN',
      step: 'sign in',
      error: { message: expect.stringContaining('disabled') },
      xray_trace_id: trace,
    });
    await next({ requestId: failed.requestId, CanarySuccess: 0 }, seen);
    const { local } = chat;
    if (!local) return;
    const cloudWatch = new CloudWatchClient({
      region: local.stack.region,
      endpoint: `${local.origin}/_aws/cloudwatch`,
      credentials: local.rootCredentials,
    });
    const AlarmNamePrefix = `${local.stack.name}-AlarmsCanary`;
    await vi.waitFor(
      async () => {
        const { MetricAlarms = [] } = await cloudWatch.send(new DescribeAlarmsCommand({ AlarmNamePrefix }));
        expect(MetricAlarms.map(({ MetricName, StateValue }) => [MetricName, StateValue])).toContainEqual([
          'CanarySuccess',
          'ALARM',
        ]);
      },
      { timeout: 30_000, interval: 100 },
    );
    cloudWatch.destroy();
  });
});
