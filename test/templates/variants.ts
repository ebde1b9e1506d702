/**
 * The ways in which the stack is synthesized to be checked, by tests and by `npm run lint:templates`. Every option is changed in one of them at
 * least (a test holds that), because what an option adds is checked only where it is given.
 */

/** Names of resources of a deployer. */
export const arn = {
  certificate: 'arn:aws:acm:us-east-1:111122223333:certificate/00000000-0000-0000-0000-000000000000',
  topic: 'arn:aws:sns:eu-west-1:111122223333:on-call',
  key: 'arn:aws:kms:eu-west-1:111122223333:key/00000000-0000-0000-0000-000000000000',
  acl: 'arn:aws:wafv2:us-east-1:111122223333:global/webacl/chat/00000000-0000-0000-0000-000000000000',
};

const web = { secret: 'parley/vapid', publicKey: `BA${'A'.repeat(85)}`, subject: 'mailto:operator@example.com' };

/** Options as on the command line or in `cdk.json`, by what the variant is. */
export const variants = {
  default: {},
  'own issuer': {
    oidc: { issuer: 'https://id.example.com/', audience: 'web,phone', usernameClaim: 'employee_number' },
  },
  pushes: { push: { web, fcm: { secret: 'parley/fcm' } } },
  'other rules': {
    name: 'test',
    stage: 'dev',
    allowedOrigins: 'https://chat.example.com,http://localhost:5173',
    messageRetentionDays: '7',
    recoveryDays: '0',
    deletedMessages: 'erase',
    sendLimit: '0',
    sendLimitSeconds: '60',
    fileBytesPerDay: '0',
    inlineMembers: '10',
    logRetentionDays: '7',
    removalPolicy: 'destroy',
    apiGatewayLogRole: 'false',
    friendsFirst: 'true',
    invitations: 'false',
    rooms: 'closed',
    directory: 'contacts',
    presence: 'contacts',
    selfSignUp: 'false',
  },
  'resources of the deployer': {
    domainName: 'chat.example.com',
    certificateArn: arn.certificate,
    hostedZone: { id: 'Z0123456789ABC', name: 'example.com' },
    webAclArn: arn.acl,
    alarmTopicArn: arn.topic,
    alarmEmail: 'on-call@example.com',
    mailFrom: 'chat@example.com',
    encryptionKeyArn: arn.key,
    throttles: '{"http":{"rate":100,"burst":50}}',
    concurrency: '10',
    warmThroughput: { readUnitsPerSecond: 24_000, writeUnitsPerSecond: 8_000 },
    push: { fcm: { secret: 'parley/fcm' } },
  },
  'careful deployments': {
    rollout: 'canary',
    provisioned: '{"authorize":1,"socket":2}',
    tags: '{"team":"chat","cost centre":"42"}',
    budget: { dollars: 50, email: 'on-call@example.com', tag: 'team' },
  },
  'traces and a canary': { tracing: 'true', canary: 'true', push: { fcm: { secret: 'parley/fcm' } } },
  'pool of the deployer, no page': {
    userPool: '{"id":"eu-west-1_Abc123","clientId":"abc"}',
    page: 'false',
    dashboard: 'false',
  },
} as const satisfies Readonly<Record<string, Readonly<Record<string, unknown>>>>;
