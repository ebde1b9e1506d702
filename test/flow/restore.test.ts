import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { AdminDeleteUserCommand } from '@aws-sdk/client-cognito-identity-provider';
import { CreateBackupCommand, DeleteTableCommand, RestoreTableFromBackupCommand } from '@aws-sdk/client-dynamodb';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { DeleteCommand, GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { conversationStateKey } from '#lambdas/store/conversation-state';
import { entryKey } from '#lambdas/store/entry';
import { userKey } from '#lambdas/store/user';
import { deletedUserName } from '#protocol/names';
import { type Chat, startChat } from '../support/chat.ts';
import { named } from '../support/person.ts';
import { openTable, type TestTable } from '../support/table.ts';

const run = promisify(execFile);

// The commands of an operator, on the local runtime: docs/operations.md says how to point them at an account.
describe.skipIf(process.env.PARLEY_OUTPUTS)('what an operator does after a disaster', { timeout: 120_000 }, () => {
  let chat: Chat;
  let table: TestTable;
  let folder: string;
  beforeAll(async () => {
    chat = await startChat();
    if (!chat.local) throw new Error('only the local runtime has its keys in a folder');
    table = openTable(chat.local);
    folder = mkdtempSync(join(tmpdir(), 'parley-operate-'));
    const { accessKeyId, secretAccessKey } = chat.local.rootCredentials;
    writeFileSync(join(folder, 'outputs.json'), JSON.stringify({ Parley: chat.local.outputs }));
    writeFileSync(
      join(folder, 'credentials'),
      `[default]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n`,
    );
  });
  afterAll(async () => {
    table.client.destroy();
    rmSync(folder, { recursive: true, force: true });
    await chat.stop();
  });

  async function operate(
    command: 'dead-letters' | 'drill' | 'restore' | 'sign-out',
    ...given: string[]
  ): Promise<string> {
    const args = ['--no-warnings', '--import', 'tsx', `bin/${command}.ts`, '--outputs', join(folder, 'outputs.json')];
    const { stdout } = await run(process.execPath, [...args, ...given]);
    return stdout.trim();
  }

  it('the drill loses a chat and brings it back whole', async () => {
    const lines = (await operate('drill')).split('\n');
    expect(lines.at(-4)).toBe('Everybody sees every message, file, reaction, member and count as before.');
    expect(lines.at(-1)).toBe('The restored table and the backup are deleted, and the accounts of the drill.');
  });

  it('what somebody deleted together with their account since is deleted again', async () => {
    const [alice, bob] = await chat.people('alice', 'bob');
    const conversation = named(alice, bob);
    const sent = await alice.post(`/conversations/${conversation}/messages`, { message: 'from a person' });
    expect(sent.status).toBe(201);
    const TargetTableName = `restored-${chat.run}`;
    const { BackupDetails } = await table.client.send(
      new CreateBackupCommand({ TableName: table.name, BackupName: 'before' }),
    );
    const author = async () => {
      const { body } = await bob.get(`/conversations/${conversation}/messages`);
      return body.results?.[0]?.from_user?.name;
    };
    expect(await author()).toBe('Alice');

    // At the end of a deletion the account is gone. Then the mark that says so is lost with everything else.
    const account = { UserPoolId: chat.outputs.UserPoolId, Username: alice.username };
    await chat.cognito.send(new AdminDeleteUserCommand(account));
    for (const Key of [userKey(alice.username), entryKey({ conversation, seq: 1 })]) {
      await table.client.send(new DeleteCommand({ TableName: table.name, Key }));
    }
    // A reader seals a number that has had no entry for a while, and does not count it.
    const sealed = { ...entryKey({ conversation, seq: 1 }), type: 'sealed', at: Date.now() };
    await table.client.send(new PutCommand({ TableName: table.name, Item: sealed }));
    await table.client.send(
      new UpdateCommand({
        TableName: table.name,
        Key: conversationStateKey(conversation),
        UpdateExpression: 'ADD gone :numbers',
        ExpressionAttributeValues: { ':numbers': new Set([1]) },
      }),
    );
    await table.client.send(
      new RestoreTableFromBackupCommand({ BackupArn: BackupDetails?.BackupArn, TargetTableName }),
    );
    const at = new Date().toISOString();
    expect(await operate('restore', '--from', TargetTableName, '--at', at)).toContain('Nothing was written.');
    expect(await author()).toBeUndefined();
    const report = await operate('restore', '--from', TargetTableName, '--at', at, '--apply');
    expect(report).toContain('1 accounts were deleted since, and are deleted again.');
    await table.client.send(new DeleteTableCommand({ TableName: TargetTableName }));
    expect(await author()).toBe(deletedUserName);
    expect((await bob.get(`/conversations/${conversation}/messages`)).body.count).toBe(1);
    const { Item } = await table.client.send(new GetCommand({ TableName: table.name, Key: userKey(alice.username) }));
    expect(Item).toMatchObject({ deleted: expect.any(Number) });
    expect(Item).not.toHaveProperty('name');
  });

  it('somebody whose token has leaked is signed out everywhere', async () => {
    const carol = await chat.person('carol');
    const socket = await carol.everything();
    expect(await operate('sign-out', '--user', carol.username)).toBe('1 signed out.');
    await socket.closed();
    expect((await carol.get('/me')).status).toBe(401);
  });

  it('dead letters are shown without what people wrote; jobs are sent again, and others deleted', async () => {
    const { local, outputs } = chat;
    const sqs = new SQSClient({
      region: outputs.Region,
      endpoint: `${local?.origin}/_aws/sqs`,
      credentials: local?.rootCredentials,
    });
    const QueueUrl = z.string().parse(local?.outputs.DeadLettersUrl);
    const letters = [
      { kind: 'export', username: `nobody-${chat.run}` },
      { conversation: `room:${chat.run}`, event: { message: 'a secret' } },
    ];
    for (const letter of letters) {
      await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify(letter) }));
    }
    sqs.destroy();
    const shown = await operate('dead-letters', '--redrive', '--drop');
    expect(shown).toContain(`the export of nobody-${chat.run}`);
    expect(shown).toContain(`a job about room:${chat.run}`);
    expect(shown).not.toContain('secret');
    expect(shown).toMatch(/ sent again, \d+ deleted\.$/);
    expect(await operate('dead-letters')).toBe('0 dead letters, 0 sent again, 0 deleted.');
  });

  it('what is wrong is said in a sentence', async () => {
    const wrong = await Promise.allSettled([
      operate('restore', '--from', 'x', '--at', 'yesterday'),
      operate('restore', '--from', 'x', '--at', '2020-01-01T00:00:00Z'),
      operate('sign-out', '--user', 'nobody-at-all'),
    ]);
    expect(wrong.map((one) => one.status === 'rejected' && one.reason.stderr)).toEqual([
      'unable to use --at yesterday; it must be like 2026-11-28T09:00:00Z\n',
      expect.stringMatching(/^unable to restore .* add --old/),
      expect.stringMatching(/^unable to go on; there is no such user/),
    ]);
  });
});
