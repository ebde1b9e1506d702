import type { Finding } from './finding.ts';

/** A finding that stays as it is. */
export interface Accepted {
  /** Rules that say the same, each of another checker. */
  readonly rules: readonly string[];
  /** Which resources. @default all */
  readonly resources?: RegExp;
  readonly reason: string;
}

/**
 * Every rule that is not followed, and why. What one construct alone is excused from in the pack AwsSolutions of cdk-nag stands with that construct,
 * in `lib/`. An entry that excuses nothing is an error: it would excuse what comes later.
 */
export const accepted: readonly Accepted[] = [
  {
    rules: ['W3005'],
    reason: 'CDK writes DependsOn for the policies of a role, and names the role itself beside them. It does no harm.',
  },
  {
    rules: ['CKV_AWS_115'],
    reason:
      'Reserved concurrency takes it from every other function of the account, and a new account has ten, of which none can be reserved. The option `concurrency` bounds what nobody waits for, by its event sources.',
  },
  {
    rules: ['CKV_AWS_116', 'Serverless-LambdaDLQ'],
    reason:
      'A dead-letter queue of a function serves asynchronous events alone. Those of fan-out go to a queue by an on-failure destination, those of the stream and of queues by their mapping or redrive policy, and all other functions are called by somebody who gets the error.',
  },
  {
    rules: ['CKV_AWS_117'],
    reason:
      'Nothing that the functions use is in a VPC. There they would need a NAT gateway, at $32 a month, to reach AWS.',
  },
  {
    rules: ['CKV_AWS_173'],
    reason: 'The environment holds names and addresses and no secret. AWS encrypts it with a key of its own.',
  },
  {
    rules: ['CKV_AWS_158'],
    reason:
      'AWS encrypts logs with a key of its own, and they hold no texts of messages. A key of the deployer would have to let the logs service in by its policy, which a stack cannot write for a key that exists.',
  },
  {
    rules: ['CKV_AWS_119'],
    reason: 'By default the key is one of AWS, which costs nothing. The option `encryptionKeyArn` gives another.',
  },
  {
    rules: ['CKV_AWS_27'],
    reason:
      'Queues are encrypted with a key of SQS (SqsManagedSseEnabled), which this check does not know, or with the deployer’s.',
  },
  {
    rules: ['CKV_AWS_26'],
    resources: /AlarmMails/,
    reason: 'CloudWatch cannot publish to a topic that a key of AWS encrypts, and the texts of alarms are no secret.',
  },
  {
    rules: ['CKV_AWS_18'],
    reason:
      'Who reads what is in the access logs of the APIs. The buckets are private, and their logs would cost more than the files.',
  },
  {
    rules: ['CKV_AWS_21'],
    resources: /PageBucket/,
    reason: 'The page is built from the sources again.',
  },
  {
    rules: ['CKV_AWS_21', 'CKV_AWS_28'],
    resources: /other-rules/,
    reason:
      'This deployer has chosen to have no backups (`recoveryDays: 0`). By default files have versions, and the table has 35 days.',
  },
  {
    rules: ['CKV_AWS_68'],
    reason: 'A web ACL costs $5 a month and more for each million of requests. The option `webAclArn` attaches one.',
  },
  {
    rules: ['CKV_AWS_86'],
    reason:
      'Both APIs behind it write an access log without the query string, which may hold a token; CloudFront’s log would have it.',
  },
  {
    rules: ['CKV_AWS_174'],
    reason:
      'CloudFront’s own host name has CloudFront’s own certificate and versions of TLS. With a domain of the deployer it is 1.2.',
  },
  {
    rules: ['Serverless-LambdaTracing'],
    reason: 'Tracing costs $5 for a million of traces, so it is no default.',
  },
  {
    rules: ['Serverless-SQSRedrivePolicy'],
    resources: /DeadLetters/,
    reason: 'It is the queue to which the others redrive.',
  },
  {
    rules: ['Serverless-SNSRedrivePolicy'],
    resources: /AlarmMails/,
    reason: 'SNS tries mail servers again by itself, and a queue of alarms that nobody got would be read by nobody.',
  },
  {
    rules: ['Serverless-LambdaEventSourceMappingDestination'],
    resources: /AccountJobs|LargeRooms|OnlineCounts|Pushes/,
    reason:
      'A mapping of a queue has no destination: what fails goes to the dead letters by the redrive policy of the queue.',
  },
  {
    rules: ['Serverless-LambdaAsyncFailureDestination', 'Serverless-EventBusDLQ'],
    resources: /Canary/,
    reason: 'The next run comes five minutes later, and a run that fails or is missing rings an alarm.',
  },
  {
    rules: ['Serverless-LambdaLatestVersion'],
    resources: /CustomResource|CDKBucketDeployment/,
    reason: 'CDK chooses the runtime of its own functions, which run during a deployment.',
  },
];

/** What nobody has accepted, and what was accepted for nothing. */
export function judge(findings: readonly Finding[]): { readonly open: readonly Finding[]; readonly unused: string[] } {
  const used = new Set<string>();
  const open = findings.filter(({ rule, resource }) => {
    const entry = accepted.find(({ rules, resources }) => rules.includes(rule) && (resources?.test(resource) ?? true));
    if (entry) used.add(rule);
    return !entry;
  });
  const unused = accepted.flatMap(({ rules }) => rules).filter((rule) => !used.has(rule));
  return { open, unused };
}
