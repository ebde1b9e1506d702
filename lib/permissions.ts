import { RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { flattenCfnReference } from 'cdk-nag/lib/utils/flatten-cfn-reference.js';
import type { Construct, IConstruct } from 'constructs';
import type { Settings } from './settings.ts';

/** Accepts findings of cdk-nag about a construct. @param reasons by the rule's name, such as `S1` */
export function acknowledge(construct: IConstruct, reasons: Readonly<Record<string, string>>): void {
  for (const [rule, reason] of Object.entries(reasons)) {
    Validations.of(construct).acknowledge({ id: `AwsSolutions-${rule}`, reason });
  }
}

/** The log group and the role of a Lambda function. The role can write this log only: CDK's own role can write every log of the account. */
export function createRole(scope: Construct, { logRetentionDays }: Pick<Settings, 'logRetentionDays'>) {
  const logGroup = new LogGroup(scope, 'Log', { retention: logRetentionDays, removalPolicy: RemovalPolicy.DESTROY });
  const role = new Role(scope, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
  allow(role, ['logs:CreateLogStream', 'logs:PutLogEvents'], [logGroup.logGroupArn]);
  return { logGroup, role };
}

/**
 * Adds exactly these actions on exactly these resources to a role.
 * @param wildcardReason if the resources end in `*`: why their names are not known at deployment
 */
export function allow(role: Role, actions: string[], resources: string[], wildcardReason?: string): void {
  role.addToPolicy(new PolicyStatement({ actions, resources }));
  if (wildcardReason === undefined) return;
  for (const resource of resources) {
    const name = flattenCfnReference(Stack.of(role).resolve(resource));
    acknowledge(role, { [`IAM5[Resource::${name}]`]: wildcardReason });
  }
}
