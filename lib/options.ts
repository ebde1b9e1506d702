import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { z } from 'zod';
import { limits } from '#protocol/limits';
import { isUserName } from '#protocol/names';
import { knownPushServices } from '#protocol/push-services';
import { Budget, Provisioned, rollouts, Tags } from './deployment-options.ts';
import { OptionsError } from './options-error.ts';

/**
 * What a deployer may choose, in `cdk.json` under `context` or on the command line as `-c name=value`
 * (there every value is a string, and `oidc` and `push` are written as JSON).
 */

const wholeNumber = (least: number, most = Number.MAX_SAFE_INTEGER) =>
  z.preprocess(fromNumeral, z.int().min(least).max(most));
const boolean = z.preprocess(fromBoolean, z.boolean());

const logRetentions = Object.values(RetentionDays).filter(
  // In CDK 9999 means "never expires".
  (value): value is RetentionDays => typeof value === 'number' && value !== RetentionDays.INFINITE,
);

const Oidc = z.strictObject({
  /** The `iss` of its tokens to the letter, also a slash at the end; its keys are found through `<issuer>/.well-known/openid-configuration`. */
  issuer: z.url({ protocol: /^https$/ }),
  /** Accepted values of `aud` (or `client_id`): one, or several separated by commas. */
  audience: z.preprocess(fromCommas, z.array(z.string().min(1)).min(1)),
  /** The claim that holds the user name. */
  usernameClaim: z.string().min(1).default('sub'),
});
export type Oidc = z.infer<typeof Oidc>;

const Throttle = z.strictObject({ rate: z.int().min(1).max(100_000), burst: z.int().min(1).max(100_000) });
const Throttles = z.strictObject({ http: Throttle.optional(), socket: Throttle.optional() });
export type Throttles = z.infer<typeof Throttles>;

const WarmThroughput = z.strictObject({
  readUnitsPerSecond: z.int().min(12_000),
  writeUnitsPerSecond: z.int().min(4_000),
});

/** The name of a secret of Secrets Manager in this account and region. */
const secretName = z.string().regex(/^[A-Za-z0-9/_+=.@-]{1,512}$/);
/** `http` only on the machine itself, for tests. */
const origin = z.string().regex(/^(https:\/\/(\*\.)?[a-z0-9.-]+|http:\/\/(127\.0\.0\.1|localhost):\d+)$/);

const Push = z
  .strictObject({
    /** Browsers, by Web Push. */
    web: z
      .strictObject({
        /** It holds the JSON that `npx web-push generate-vapid-keys --json` writes. */
        secret: secretName,
        /** The `publicKey` of that JSON. Browsers get it. */
        publicKey: z.string().regex(/^B[A-P][A-Za-z0-9_-]{85}$/),
        /** The contact for push services: `mailto:` or `https:`. */
        subject: z.string().regex(/^(mailto:[^@\s]+@[^@\s]+|https:\/\/\S+)$/),
        /** The push services that subscriptions may point to. */
        endpoints: z.preprocess(fromCommas, z.array(origin).min(1)).default([...knownPushServices]),
      })
      .optional(),
    /** Apps, by Firebase Cloud Messaging, which also reaches Apple's devices. */
    fcm: z
      .strictObject({
        /** It holds the JSON file of a service account. */
        secret: secretName,
        url: origin.default('https://fcm.googleapis.com'),
      })
      .optional(),
  })
  .refine(({ web, fcm }) => web !== undefined || fcm !== undefined);
export type PushOptions = z.infer<typeof Push>;

const fields = {
  /** Name of the WebSocket stage, the last part of `WebSocketUrl`. Default `prod`. */
  stage: {
    schema: z.string().regex(/^[A-Za-z0-9_-]{1,128}$/),
    fallback: 'prod',
    rule: 'must be 1 to 128 letters, digits, "-" or "_"',
  },
  /** Origins whose pages may connect: a list, or one string with commas, or `*` for all. Default `*`. */
  allowedOrigins: {
    schema: z.preprocess(
      fromCommas,
      z
        .array(z.string().regex(/^(\*|https?:\/\/[^/*\s,]+)$/))
        .min(1)
        .refine((list) => list.length === 1 || !list.includes('*')),
    ),
    fallback: '*',
    rule: 'must be "*" alone or origins like https://chat.example.com, without a path',
  },
  /** An OpenID Connect issuer of your own instead of a Cognito user pool. Default: none, a pool is made. */
  oidc: {
    schema: z.preprocess(fromJson, Oidc).optional(),
    fallback: undefined,
    rule: 'must be {"issuer": "https://…", "audience": "…", "usernameClaim"?: "…"} or left out',
  },
  /** Pushes to members who are offline. Default: none, and the stack has no resources for pushes. */
  push: {
    schema: z.preprocess(fromJson, Push).optional(),
    fallback: undefined,
    rule: 'must be {"web"?: {"secret": "…", "publicKey": "…", "subject": "mailto:…", "endpoints"?: ["https://…"]}, "fcm"?: {"secret": "…"}} with one of the two, or left out',
  },
  /** After how many days messages and their files are deleted; 0 keeps them for ever. Default 0. */
  messageRetentionDays: { schema: wholeNumber(0), fallback: 0, rule: 'must be a whole number of days, 0 to keep all' },
  /**
   * How many days back the chat can be restored, 0 for not at all. What was deleted or erased is in the backups for as long, and no longer than
   * messages are kept. Default 35.
   */
  recoveryDays: {
    schema: wholeNumber(0, 35),
    fallback: 35,
    rule: 'must be a whole number of days from 1 to 35, 0 for no backups',
  },
  /** What becomes of the messages of somebody who deletes their account: `keep` or `erase`. Default `keep`. */
  deletedMessages: { schema: z.literal(['keep', 'erase']), fallback: 'keep', rule: 'must be "keep" or "erase"' },
  /** How many messages and changes a member may send to a conversation in `sendLimitSeconds`; 0 for any number. Default 20. */
  sendLimit: {
    schema: wholeNumber(0, 1_000_000),
    fallback: limits.sends.count,
    rule: 'must be a whole number from 0 to 1000000, 0 for no limit',
  },
  /** Default 10. */
  sendLimitSeconds: {
    schema: wholeNumber(1, 3600),
    fallback: limits.sends.seconds,
    rule: 'must be a whole number of seconds from 1 to 3600',
  },
  /** How many bytes of files a user may upload and forward on one day (UTC); 0 for any number. Default 1073741824, a gigabyte. */
  fileBytesPerDay: {
    schema: wholeNumber(0),
    fallback: limits.fileBytesPerDay,
    rule: 'must be a whole number of bytes, 0 for no limit',
  },
  /**
   * Up to this number of members, the function that causes an event also posts it. In larger conversations other functions post it, to
   * chunks of this size, each in an asynchronous invocation. Default 100: one BatchGetItem reads that many.
   */
  inlineMembers: {
    schema: wholeNumber(1, 1_000),
    fallback: 100,
    rule: 'must be a whole number from 1 to 1000',
  },
  /** How long CloudWatch keeps logs, in days. Default 30. */
  logRetentionDays: {
    schema: z.preprocess(fromNumeral, z.literal(logRetentions)),
    fallback: RetentionDays.ONE_MONTH,
    rule: `must be one of CloudWatch's periods: ${logRetentions.join(', ')}`,
  },
  /** What happens to table, bucket and pool when the stack is deleted: `retain` or `destroy`. Default `retain`. */
  removalPolicy: {
    schema: z.literal(['retain', 'destroy']),
    fallback: 'retain',
    rule: 'must be "retain" or "destroy"',
  },
  /**
   * Does the stack give API Gateway the role that writes logs for the whole account? A WebSocket stage with an access log needs it.
   * `false` if the account has that role already. Default `true`.
   */
  apiGatewayLogRole: { schema: boolean, fallback: true, rule: 'must be true or false' },
  /** Can only friends open a direct conversation? Default `false`. */
  friendsFirst: { schema: boolean, fallback: false, rule: 'must be true or false' },
  /** Is somebody who is no contact asked before they are a member of a managed group? Default `true`. */
  invitations: { schema: boolean, fallback: true, rule: 'must be true or false' },
  /** Who may make rooms: `open` (everybody, by joining one), `closed` (nobody), or the user names of those who may. Default `open`. */
  rooms: {
    schema: z.preprocess(
      fromCommas,
      z
        .array(z.string().refine(isUserName))
        .min(1)
        .refine((names) => names.length === 1 || !names.some((name) => name === 'open' || name === 'closed')),
    ),
    fallback: 'open',
    rule: 'must be "open", "closed", or the user names of those who may make rooms',
  },
  /**
   * Whom people find: `everybody`; `exact` (whom they name in full, and their contacts); or `contacts` (nobody else). Default `everybody`.
   */
  directory: {
    schema: z.literal(['everybody', 'exact', 'contacts']),
    fallback: 'everybody',
    rule: 'must be "everybody", "exact" or "contacts"',
  },
  /** Who sees whether somebody is online: `everybody`, or their `contacts`. Default `everybody`. */
  presence: {
    schema: z.literal(['everybody', 'contacts']),
    fallback: 'everybody',
    rule: 'must be "everybody" or "contacts"',
  },
  /** May people sign up by themselves in the Cognito pool? Otherwise an administrator creates them. Default `true`. */
  selfSignUp: { schema: boolean, fallback: true, rule: 'must be true or false' },
  /** Tells this chat from another one in the same account. Default: none. */
  name: {
    schema: z
      .string()
      .regex(/^[A-Za-z][A-Za-z0-9-]{0,39}$/)
      .optional(),
    fallback: undefined,
    rule: 'must be a letter and up to 39 more letters, digits or "-"',
  },
  /** The address from which the pool sends its mail, an identity that SES has verified in this region. Default: Cognito's own. */
  mailFrom: { schema: z.email().optional(), fallback: undefined, rule: 'must be an e-mail address' },
  /** Host name of page and APIs; it needs a certificate. Default: CloudFront's. */
  domainName: {
    schema: z
      .string()
      .regex(/^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/)
      .optional(),
    fallback: undefined,
    rule: 'must be a host name in lower case like chat.example.com',
  },
  /** ARN of a web ACL of scope CLOUDFRONT. Default: none. */
  webAclArn: {
    schema: z
      .string()
      .regex(/^arn:aws[a-z-]*:wafv2:us-east-1:\d{12}:global\/webacl\/.+$/)
      .optional(),
    fallback: undefined,
    rule: 'must be the ARN of a web ACL of scope CLOUDFRONT, which is in us-east-1',
  },
  /** Is the page served? Default `true`. */
  page: { schema: boolean, fallback: true, rule: 'must be true or false' },
  /** Is there a dashboard in CloudWatch? Default `true`. */
  dashboard: { schema: boolean, fallback: true, rule: 'must be true or false' },
  /** An address that gets the alarms. Default: none. */
  alarmEmail: { schema: z.email().optional(), fallback: undefined, rule: 'must be an e-mail address' },
  /** Does X-Ray record traces of the functions? It costs $5 a million traces that are recorded. Default `false`. */
  tracing: { schema: boolean, fallback: false, rule: 'must be true or false' },
  /**
   * Does a function sign in every five minutes, send, receive and read, as a person does? It needs a user pool. Default `false`.
   */
  canary: { schema: boolean, fallback: false, rule: 'must be true or false' },
  /** Limits of both APIs. Default: 2,000 requests a second and 1,000 at once, each. */
  throttles: {
    schema: z.preprocess(fromJson, Throttles),
    fallback: {},
    rule: 'must be {"http"?: {"rate": 2000, "burst": 1000}, "socket"?: {"rate": 2000, "burst": 1000}} with whole numbers',
  },
  /** The account's quota of concurrent executions in this region. Default 1000. */
  concurrency: {
    schema: wholeNumber(10, 1_000_000),
    fallback: 1_000,
    rule: 'must be the quota of concurrent executions, a whole number from 10',
  },
  /** Capacity of the table from the start, in units a second. Default: none. */
  warmThroughput: {
    schema: z.preprocess(fromJson, WarmThroughput).optional(),
    fallback: undefined,
    rule: 'must be {"readUnitsPerSecond": 12000, "writeUnitsPerSecond": 4000} or more',
  },
  /** Tags of every resource that can have some. Default: none. */
  tags: {
    schema: z.preprocess(fromJson, Tags),
    fallback: {},
    rule: 'must be {"team": "chat", …}: at most 45 names that do not begin with "aws:"',
  },
  /** What a month may cost, and who is told when it costs more. Default: none. */
  budget: {
    schema: z.preprocess(fromJson, Budget).optional(),
    fallback: undefined,
    rule: 'must be {"dollars": 50, "email": "you@example.com", "tag"?: "team"}',
  },
  /** Environments of functions that are always ready. Default: none. */
  provisioned: {
    schema: z.preprocess(fromJson, Provisioned),
    fallback: {},
    rule: 'must be {"authorize"?: 1, "socket"?: 1, "http"?: 1} with whole numbers',
  },
  /** How a new version takes over: `at-once`, or by `canary` or `linear` while alarms are watched. Default `at-once`. */
  rollout: { schema: z.literal(rollouts), fallback: 'at-once', rule: 'must be "at-once", "canary" or "linear"' },

  // Resources of the account. The construct takes them as objects.

  /** ARN of the certificate for `domainName`, in us-east-1. */
  certificateArn: {
    schema: z
      .string()
      .regex(/^arn:aws[a-z-]*:acm:us-east-1:\d{12}:certificate\/[\w-]+$/)
      .optional(),
    fallback: undefined,
    rule: 'must be the ARN of a certificate in us-east-1, where CloudFront looks for them',
  },
  /** The zone of `domainName`, which gets its records. Default: the deployer makes them. */
  hostedZone: {
    schema: z
      .preprocess(fromJson, z.strictObject({ id: z.string().regex(/^Z[A-Z0-9]+$/), name: z.string().min(1) }))
      .optional(),
    fallback: undefined,
    rule: 'must be {"id": "Z…", "name": "example.com"}',
  },
  /** The user pool of the deployer and its client, instead of one of Parley's own. */
  userPool: {
    schema: z
      .preprocess(
        fromJson,
        z.strictObject({ id: z.string().regex(/^[\w-]+_[A-Za-z0-9]+$/), clientId: z.string().regex(/^[\w+]+$/) }),
      )
      .optional(),
    fallback: undefined,
    rule: 'must be {"id": "<region>_…", "clientId": "…"}',
  },
  /** ARN of the topic that gets the alarms. */
  alarmTopicArn: {
    schema: z
      .string()
      .regex(/^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[\w-]+$/)
      .optional(),
    fallback: undefined,
    rule: 'must be the ARN of a topic',
  },
  /** ARN of the key that encrypts table, uploads and queues. */
  encryptionKeyArn: {
    schema: z
      .string()
      .regex(/^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/[\w-]+$/)
      .optional(),
    fallback: undefined,
    rule: 'must be the ARN of a key',
  },
} as const;

export type Options = { readonly [Name in keyof typeof fields]: z.infer<(typeof fields)[Name]['schema']> };

/**
 * Reads every option once.
 * @param context gives the raw value of a name, as CDK's `node.tryGetContext` does; `undefined` and `null` mean the default
 * @throws OptionsError
 */
export function readOptions(context: (name: string) => unknown): Options {
  const wrong: string[] = [];
  const options = Object.entries(fields).map(([name, { schema, fallback, rule }]) => {
    const given = context(name) ?? fallback;
    const parsed = schema.safeParse(given);
    if (!parsed.success) wrong.push(`unable to use the option ${name}=${JSON.stringify(given)}; it ${rule}`);
    return [name, parsed.data];
  });
  if (wrong.length > 0) throw new OptionsError(wrong.join('\n'));
  return Object.fromEntries(options);
}

function fromNumeral(value: unknown): unknown {
  return typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
}

function fromBoolean(value: unknown): unknown {
  return value === 'true' ? true : value === 'false' ? false : value;
}

function fromCommas(value: unknown): unknown {
  return typeof value === 'string' ? value.split(',').map((part) => part.trim()) : value;
}

function fromJson(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}
