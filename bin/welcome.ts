import { join, relative } from 'node:path';
import type { LocalRuntime } from '@parley/local';
import { CognitoError } from './call-cognito.ts';
import { type ConfirmedUser, confirmedUser, isClosed } from './confirmed-user.ts';
import { offerDemoPeople } from './demo-people.ts';
import { LocalOutputs, wscatLine } from './local-outputs.ts';

/** The text that `npm start` prints: the page, the other addresses, two demo users, and two lines to paste. Makes the users. */
export async function welcome(runtime: LocalRuntime, dataDirectory: string): Promise<string> {
  const outputs = LocalOutputs.parse(runtime.outputs);
  const data = relative(process.cwd(), dataDirectory) || '.';
  const addresses = [
    '',
    `Open ${outputs.WebUrl} in a browser: Parley is served there.`,
    '',
    `  HTTP API   ${outputs.WebUrl}/api    (itself: ${outputs.HttpUrl})`,
    `  sockets    ${outputs.WebUrl.replace(/^http/, 'ws')}/ws    (itself: ${outputs.WebSocketUrl})`,
    `  sign-up    ${outputs.CognitoEndpoint}    (pool ${outputs.UserPoolId}, client ${outputs.UserPoolClientId})`,
    `  all of it  ${join(data, 'outputs.json')}`,
    `  inside     ${runtime.page}    (calls, logs, mail, queues)`,
  ];
  if (runtime.stack.ofType('AWS::Cognito::UserPool').length === 0) {
    return [...addresses, '', 'Tokens come from your own issuer, so there are no demo users here.', ''].join('\n');
  }
  const users = await demoUsers(outputs, dataDirectory);
  if (!users) {
    const how =
      'Nobody may sign up here (selfSignUp: false). Make an account as an administrator does: npm run user -- alice';
    return [...addresses, '', how, ''].join('\n');
  }
  await offerDemoPeople(
    runtime,
    users.map(({ name, password }) => ({ username: name, password })),
  );
  return [
    ...addresses,
    '',
    ...describePeople(users, outputs, data),
    'Ctrl-C stops everything; the data stays.',
    '',
  ].join('\n');
}

/**
 * Who is there, and the lines to paste.
 * @param users the demo users who have not deleted their accounts
 * @param data the data folder as a person may write it
 */
export function describePeople(
  users: readonly ConfirmedUser[],
  outputs: Pick<LocalOutputs, 'WebUrl'>,
  data: string,
): string[] {
  const [first, second] = users;
  const logs = `  ${join(data, 'logs')}, ${join(data, 'mail')}     what the functions say, what was mailed`;
  const people = [
    ...demoNames
      .filter((name) => users.every((user) => user.name !== name))
      .map((name) => `  ${name.padEnd(9)}  has deleted the account; make another user: npm run user -- carol`),
    ...users.map(({ name, password }) => `  ${name.padEnd(9)}  password ${password}`),
    '',
  ];
  if (!first) return [...people, logs, ''];
  const how = second
    ? 'The page signs in as either. Without a page: paste each line into a terminal of its own, and type {"message":"hello"}'
    : `The page signs in as ${first.name}. Without a page: paste this line, which shows all that concerns ${first.name}`;
  const path = second ? 'chat/alice_bob/' : '';
  return [
    ...people,
    how,
    ...users.flatMap(({ token }) => ['', `  ${wscatLine(outputs, path, token)}`]),
    '',
    second ? 'Then try {"type":"typing","typing":true} and {"type":"read_messages"}, or' : 'Then try',
    '',
    `  curl -H "authorization: Bearer TOKEN" ${outputs.WebUrl}/api/conversations`,
    `  npm run user -- carol     one more user; also a fresh line for ${first.name}, when the hour of this one is over`,
    logs,
    '',
  ];
}

const demoNames = ['alice', 'bob'];

/** Those of the demo users who have not deleted their accounts. @returns undefined where nobody may sign up */
async function demoUsers(outputs: LocalOutputs, dataDirectory: string): Promise<ConfirmedUser[] | undefined> {
  const users: ConfirmedUser[] = [];
  // One after the other, because both keep their passwords in one file.
  for (const name of demoNames) {
    try {
      users.push(await confirmedUser(name, outputs, dataDirectory));
    } catch (error) {
      if (!(error instanceof CognitoError)) throw error;
      if (isClosed(error)) return undefined;
      if (!/was deleted: choose another/.test(error.message)) throw error;
    }
  }
  return users;
}
