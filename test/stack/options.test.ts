import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { readOptions } from '#lib/options';
import { recoveryDays } from '#lib/recovery';
import { knownPushServices } from '#protocol/push-services';

const read = (context: Record<string, unknown>) => readOptions((name) => context[name]);

test('without context the options have their defaults', () => {
  expect(read({})).toEqual({
    stage: 'prod',
    allowedOrigins: ['*'],
    oidc: undefined,
    push: undefined,
    messageRetentionDays: 0,
    recoveryDays: 35,
    deletedMessages: 'keep',
    sendLimit: 20,
    sendLimitSeconds: 10,
    fileBytesPerDay: 1024 ** 3,
    inlineMembers: 100,
    logRetentionDays: 30,
    removalPolicy: 'retain',
    apiGatewayLogRole: true,
    friendsFirst: false,
    invitations: true,
    rooms: ['open'],
    directory: 'everybody',
    presence: 'everybody',
    selfSignUp: true,
    page: true,
    tracing: false,
    canary: false,
    dashboard: true,
    throttles: {},
    concurrency: 1_000,
    tags: {},
    provisioned: {},
    rollout: 'at-once',
    ...Object.fromEntries(
      [
        ...['name', 'mailFrom', 'domainName', 'webAclArn', 'alarmEmail', 'warmThroughput', 'budget'],
        ...['certificateArn', 'hostedZone', 'userPool', 'alarmTopicArn', 'encryptionKeyArn'],
      ].map((name) => [name, undefined]),
    ),
  });
});

test('options from the command line, which are all text, give the same as the file', () => {
  const file = read({
    stage: 'dev',
    allowedOrigins: ['https://a.example.com', 'http://localhost:5173'],
    oidc: { issuer: 'https://id.example.com', audience: ['web', 'phone'], usernameClaim: 'preferred_username' },
    messageRetentionDays: 30,
    recoveryDays: 14,
    sendLimit: 5,
    sendLimitSeconds: 60,
    fileBytesPerDay: 5_000_000,
    inlineMembers: 20,
    logRetentionDays: 7,
    removalPolicy: 'destroy',
    apiGatewayLogRole: false,
    friendsFirst: true,
    invitations: false,
    rooms: ['alice', 'bob'],
    directory: 'exact',
    presence: 'contacts',
    selfSignUp: false,
  });
  const commandLine = read({
    stage: 'dev',
    allowedOrigins: 'https://a.example.com, http://localhost:5173',
    oidc: '{"issuer":"https://id.example.com","audience":"web,phone","usernameClaim":"preferred_username"}',
    messageRetentionDays: '30',
    recoveryDays: '14',
    sendLimit: '5',
    sendLimitSeconds: '60',
    fileBytesPerDay: '5000000',
    inlineMembers: '20',
    logRetentionDays: '7',
    removalPolicy: 'destroy',
    apiGatewayLogRole: 'false',
    friendsFirst: 'true',
    invitations: 'false',
    rooms: 'alice, bob',
    directory: 'exact',
    presence: 'contacts',
    selfSignUp: 'false',
  });
  expect(commandLine).toEqual(file);
});

test('backups keep nothing longer than messages are kept', () => {
  const days = (context: Record<string, unknown>) => recoveryDays(read(context));
  expect([{}, { recoveryDays: 7 }, { recoveryDays: 0 }].map(days)).toEqual([35, 7, 0]);
  expect(days({ messageRetentionDays: 3 })).toBe(3);
  expect(days({ messageRetentionDays: 90, recoveryDays: 10 })).toBe(10);
});

test('there may be no send limit, and any other up to a million', () => {
  expect(['0', 25, 1_000_000].map((sendLimit) => read({ sendLimit }).sendLimit)).toEqual([0, 25, 1_000_000]);
});

test('an issuer stays as its tokens write it: Auth0 ends in a slash', () => {
  const issuer = 'https://tenant.eu.auth0.com/';
  expect(read({ oidc: { issuer, audience: 'web' } }).oidc?.issuer).toBe(issuer);
});

test('a custom issuer names its users by `sub` by default', () => {
  expect(read({ oidc: { issuer: 'https://id.example.com', audience: 'web' } }).oidc).toEqual({
    issuer: 'https://id.example.com',
    audience: ['web'],
    usernameClaim: 'sub',
  });
});

const publicKey = `BA${'A'.repeat(85)}`;
const web = { secret: 'parley/vapid', publicKey, subject: 'mailto:operator@example.com' };

test('pushes go to the known services of browsers and to FCM by default', () => {
  const fcm = { secret: 'parley/fcm' };
  expect(read({ push: JSON.stringify({ web, fcm }) }).push).toEqual({
    web: { ...web, endpoints: [...knownPushServices] },
    fcm: { ...fcm, url: 'https://fcm.googleapis.com' },
  });
  const endpoints = 'https://*.push.example.com, http://127.0.0.1:9000';
  expect(read({ push: { web: { ...web, endpoints } } }).push).toEqual({
    web: { ...web, endpoints: ['https://*.push.example.com', 'http://127.0.0.1:9000'] },
  });
});

test.each([
  [{ stage: 'a/b' }, 'unable to use the option stage="a/b"; it must be 1 to 128 letters, digits, "-" or "_"'],
  [
    { allowedOrigins: 'https://a.example.com/chat' },
    'unable to use the option allowedOrigins="https://a.example.com/chat"; it must be "*" alone or origins like https://chat.example.com, without a path',
  ],
  [{ allowedOrigins: ['*', 'https://a.example.com'] }, /^unable to use the option allowedOrigins=.* "\*" alone/],
  [{ allowedOrigins: [] }, /^unable to use the option allowedOrigins=\[\];/],
  [
    { oidc: { issuer: 'http://id.example.com', audience: 'web' } },
    'unable to use the option oidc={"issuer":"http://id.example.com","audience":"web"}; it must be {"issuer": "https://…", "audience": "…", "usernameClaim"?: "…"} or left out',
  ],
  [{ oidc: { issuer: 'https://id.example.com' } }, /^unable to use the option oidc=/],
  [{ oidc: { issuer: 'https://id.example.com', audience: 'web', claim: 'sub' } }, /^unable to use the option oidc=/],
  [{ oidc: 'https://id.example.com' }, /^unable to use the option oidc=/],
  [{ push: {} }, /^unable to use the option push=.* with one of the two, or left out$/],
  [{ push: { web: { ...web, publicKey: 'B' } } }, /^unable to use the option push=/],
  [{ push: { web: { ...web, subject: 'operator' } } }, /^unable to use the option push=/],
  [{ push: { web: { ...web, endpoints: ['http://push.example.com'] } } }, /^unable to use the option push=/],
  [{ push: { web: { ...web, endpoints: ['https://push.example.com/x'] } } }, /^unable to use the option push=/],
  [{ push: { web: { ...web, endpoints: ['https://*'] } } }, /^unable to use the option push=/],
  [{ push: { fcm: { secret: 'a b' } } }, /^unable to use the option push=/],
  [
    { messageRetentionDays: 'soon' },
    'unable to use the option messageRetentionDays="soon"; it must be a whole number of days, 0 to keep all',
  ],
  [
    { recoveryDays: 36 },
    'unable to use the option recoveryDays=36; it must be a whole number of days from 1 to 35, 0 for no backups',
  ],
  [{ messageRetentionDays: -1 }, /^unable to use the option messageRetentionDays=-1;/],
  [{ messageRetentionDays: 1.5 }, /^unable to use the option messageRetentionDays=1\.5;/],
  [
    { sendLimit: -1 },
    'unable to use the option sendLimit=-1; it must be a whole number from 0 to 1000000, 0 for no limit',
  ],
  [{ sendLimit: 1_000_001 }, /^unable to use the option sendLimit=1000001;/],
  [{ sendLimit: 'none' }, /^unable to use the option sendLimit="none";/],
  [{ sendLimitSeconds: 0 }, /^unable to use the option sendLimitSeconds=0;/],
  [{ inlineMembers: 0 }, 'unable to use the option inlineMembers=0; it must be a whole number from 1 to 1000'],
  [{ inlineMembers: 'all' }, /^unable to use the option inlineMembers="all";/],
  [{ logRetentionDays: 4 }, /^unable to use the option logRetentionDays=4; it must be one of .*1, 3, 5, 7, 14, 30/],
  [{ logRetentionDays: 9999 }, /^unable to use the option logRetentionDays=9999;/],
  [{ removalPolicy: 'keep' }, 'unable to use the option removalPolicy="keep"; it must be "retain" or "destroy"'],
  [{ apiGatewayLogRole: 'yes' }, 'unable to use the option apiGatewayLogRole="yes"; it must be true or false'],
  [{ invitations: 'maybe' }, 'unable to use the option invitations="maybe"; it must be true or false'],
  [
    { rooms: 'open,alice' },
    'unable to use the option rooms="open,alice"; it must be "open", "closed", or the user names of those who may make rooms',
  ],
  [{ rooms: [] }, /^unable to use the option rooms=\[\];/],
  [{ rooms: 'Alice Smith' }, /^unable to use the option rooms="Alice Smith";/],
  [
    { directory: 'nobody' },
    'unable to use the option directory="nobody"; it must be "everybody", "exact" or "contacts"',
  ],
  [{ presence: 'exact' }, 'unable to use the option presence="exact"; it must be "everybody" or "contacts"'],
  [{ selfSignUp: 0 }, 'unable to use the option selfSignUp=0; it must be true or false'],
  [{ friendsFirst: 1 }, 'unable to use the option friendsFirst=1; it must be true or false'],
  [{ rollout: 'slowly' }, 'unable to use the option rollout="slowly"; it must be "at-once", "canary" or "linear"'],
  [{ tags: { 'aws:team': 'chat' } }, /^unable to use the option tags=.*; it must be \{"team": "chat", …\}/],
  [{ tags: 'team=chat' }, /^unable to use the option tags="team=chat";/],
  [{ budget: { dollars: 0, email: 'you@example.com' } }, /^unable to use the option budget=.*"dollars": 50/],
  [{ budget: { dollars: 50 } }, /^unable to use the option budget=/],
  [{ provisioned: { socket: 1.5 } }, /^unable to use the option provisioned=.*with whole numbers$/],
  [{ provisioned: { notify: 1 } }, /^unable to use the option provisioned=/],
])('%j is refused with a sentence', (context, message) => {
  expect(() => read(context)).toThrow(message);
});

test('every wrong option is reported, each on its own line', () => {
  expect(() => read({ stage: '', removalPolicy: 'keep' })).toThrow(
    /^unable to use the option stage="";.*\nunable to use the option removalPolicy="keep";/,
  );
});

test('a deployment with a wrong option prints the sentence and nothing else', () => {
  const { status, stderr } = spawnSync(process.execPath, ['--import', 'tsx', 'bin/parley.ts'], {
    env: { ...process.env, CDK_CONTEXT_JSON: '{"removalPolicy":"keep"}' },
    encoding: 'utf8',
  });
  expect(stderr).toBe('unable to use the option removalPolicy="keep"; it must be "retain" or "destroy"\n');
  expect(status).toBe(1);
});
