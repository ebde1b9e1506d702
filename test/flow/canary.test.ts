/** The options `canary` and `tracing`, on the local runtime: on a deployed stack the schedule invokes the function, and CloudWatch has its log. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  AdminDisableUserCommand,
  AdminEnableUserCommand,
  AdminGetUserCommand,
  ListUsersCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { type Chat, startChat } from '../support/chat.ts';

type Line = Readonly<Record<string, unknown>>;

let chat: Chat;

describe.skipIf(process.env.PARLEY_OUTPUTS)('the canary', () => {
  beforeAll(async () => {
    chat = await startChat({ assemblyDirectory: inject('optionsDirectory') });
  });
  afterAll(() => chat.stop());

  /** The first line of an invocation that has the field. */
  function line(requestId: string, field: string): Promise<Line> {
    const folder = join(chat.dataDirectory ?? '', 'logs');
    const lines = () => {
      const file = readdirSync(folder).find((name) => name.includes('CanaryLog'));
      const text = file === undefined ? '' : readFileSync(join(folder, file), 'utf8');
      return text.split('\n').flatMap((one): Line[] => (one === '' ? [] : [JSON.parse(one)]));
    };
    return vi.waitUntil(() => lines().find((one) => one.requestId === requestId && field in one), {
      timeout: 10_000,
      interval: 20,
    });
  }

  async function run(): Promise<string> {
    const answer = await chat.local?.functions.invoke('CanaryFunction', {});
    expect(answer).toMatchObject({ ok: true });
    return answer?.requestId ?? '';
  }

  const names = async () => {
    const { Users = [] } = await chat.cognito.send(new ListUsersCommand({ UserPoolId: chat.outputs.UserPoolId }));
    return Users.flatMap(({ Username = '' }) => (Username.startsWith('canary-') ? [Username] : []));
  };

  it('makes its account at its first run, and counts that it could sign in, send, receive and read', async () => {
    expect(await names()).toEqual([]);
    const first = await line(await run(), 'CanarySuccess');
    expect(first).toMatchObject({ CanarySuccess: 1, CanaryTime: [expect.any(Number)] });
    const [username = ''] = await names();
    expect(first.user).toBe(username);

    const account = { UserPoolId: chat.outputs.UserPoolId, Username: username };
    const before = await chat.cognito.send(new AdminGetUserCommand(account));
    expect(before.UserStatus).toBe('CONFIRMED');
    expect(await line(await run(), 'CanarySuccess')).toMatchObject({ CanarySuccess: 1 });
    expect(await names()).toEqual([username]);
  });

  it('counts a failure and says at which step it was, and comes back by itself', async () => {
    const [Username = ''] = await names();
    const account = { UserPoolId: chat.outputs.UserPoolId, Username };
    await chat.cognito.send(new AdminDisableUserCommand(account));
    const failed = await run();
    expect(await line(failed, 'CanarySuccess')).toMatchObject({ CanarySuccess: 0 });
    expect(await line(failed, 'step')).toMatchObject({
      level: 'WARN',
      step: 'sign in',
      error: { name: expect.any(String) },
    });
    await chat.cognito.send(new AdminEnableUserCommand(account));
    expect(await line(await run(), 'CanarySuccess')).toMatchObject({ CanarySuccess: 1 });
  });

  it('with tracing, every line names its trace', async () => {
    const [Username = ''] = await names();
    const account = { UserPoolId: chat.outputs.UserPoolId, Username };
    await chat.cognito.send(new AdminDisableUserCommand(account));
    expect(await line(await run(), 'step')).toMatchObject({
      xray_trace_id: expect.stringMatching(/^1-[0-9a-f]{8}-[0-9a-f]{24}$/),
    });
  });
});
