import { join, relative } from 'node:path';
import type { LocalRuntime } from '@parley/local';
import { CognitoError } from './call-cognito.ts';
import { type ConfirmedUser, confirmedUser } from './confirmed-user.ts';
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
    const how = 'Nobody may sign up here (selfSignUp: false). Users from a start without that option stay.';
    return [...addresses, '', how, ''].join('\n');
  }
  await offerDemoPeople(
    runtime,
    users.map(({ name, password }) => ({ username: name, password })),
  );
  const path = users.length === demoNames.length ? 'chat/alice_bob/' : '';
  const deleted = demoNames.filter((name) => users.every((user) => user.name !== name));
  return [
    ...addresses,
    '',
    ...deleted.map((name) => `  ${name.padEnd(9)}  has deleted the account; make another user: npm run user -- carol`),
    ...users.map(({ name, password }) => `  ${name.padEnd(9)}  password ${password}`),
    '',
    'The page signs in as either. Without a page: paste each line into a terminal of its own, and type {"message":"hello"}',
    ...users.flatMap(({ token }) => ['', `  ${wscatLine(outputs, path, token)}`]),
    '',
    'Then try {"type":"typing","typing":true} and {"type":"read_messages"}, or',
    '',
    `  curl -H 'authorization: Bearer TOKEN' ${outputs.WebUrl}/api/conversations`,
    '  npm run user -- carol     one more user; also a fresh line for alice, when her hour is over',
    `  ${join(data, 'logs')}, ${join(data, 'mail')}     what the functions say, what was mailed`,
    '',
    'Ctrl-C stops everything; the data stays.',
    '',
  ].join('\n');
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
      if (/^SignUp is not permitted/.test(error.message)) return undefined;
      if (!/was deleted: choose another/.test(error.message)) throw error;
    }
  }
  return users;
}
