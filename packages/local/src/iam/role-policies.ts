import type { Resource, Stack } from '#assembly/stack';
import { awsManagedPolicies } from './aws-managed-policies.ts';
import { parsePolicyDocument, type Statement } from './statement.ts';

export interface Role {
  readonly id: string;
  readonly arn: string;
  readonly statements: readonly Statement[];
  /** Managed policies of AWS that are not known here. They allow nothing. */
  readonly unknownPolicies: readonly string[];
}

/** Roles by logical id, with inline policies, `AWS::IAM::Policy`, `AWS::IAM::ManagedPolicy` and AWS's managed policies. */
export function rolesOf(stack: Stack): Map<string, Role> {
  const policies = [...stack.ofType('AWS::IAM::Policy'), ...stack.ofType('AWS::IAM::ManagedPolicy')];
  return new Map(stack.ofType('AWS::IAM::Role').map((role) => [role.logicalId, roleOf(stack, role, policies)]));
}

function roleOf(stack: Stack, role: Resource, policies: readonly Resource[]): Role {
  const name = stack.ref(role.logicalId);
  const unknownPolicies: string[] = [];
  const statements: Statement[] = [];
  for (const inline of list(role.properties.Policies)) {
    const document =
      typeof inline === 'object' && inline !== null && 'PolicyDocument' in inline ? inline.PolicyDocument : undefined;
    statements.push(...parsePolicyDocument(document, role.logicalId));
  }
  for (const policy of policies) {
    if (list(policy.properties.Roles).includes(name)) {
      statements.push(...parsePolicyDocument(policy.properties.PolicyDocument, policy.logicalId));
    }
  }
  for (const arn of list(role.properties.ManagedPolicyArns).map(String)) {
    const policy = stack.byPhysicalId('AWS::IAM::ManagedPolicy', arn);
    const awsName = arn.slice(arn.lastIndexOf('/') + 1);
    const actions = awsManagedPolicies[awsName];
    if (policy) statements.push(...parsePolicyDocument(policy.properties.PolicyDocument, policy.logicalId));
    else if (actions) statements.push({ Effect: 'Allow', Action: [...actions], Resource: ['*'], Condition: {} });
    else unknownPolicies.push(awsName);
  }
  return { id: role.logicalId, arn: stack.arn(role.logicalId), statements, unknownPolicies };
}

/** Resource policies: where the document is, and what it belongs to. */
const resourcePolicies = [
  { type: 'AWS::S3::BucketPolicy', document: 'PolicyDocument', of: 'Bucket' },
  { type: 'AWS::SQS::QueuePolicy', document: 'PolicyDocument', of: 'Queues' },
  { type: 'AWS::SNS::TopicPolicy', document: 'PolicyDocument', of: 'Topics' },
  { type: 'AWS::SecretsManager::ResourcePolicy', document: 'ResourcePolicy', of: 'SecretId' },
];

/** The statements of all policies of buckets, queues, topics and secrets. A resource `*` is what the policy belongs to, and nothing else. */
export function resourceStatements(stack: Stack): Statement[] {
  return resourcePolicies.flatMap(({ type, document, of }) =>
    stack.ofType(type).flatMap(({ logicalId, properties }) => {
      const owners = [properties[of]].flat().flatMap((owner) => arnOfOwner(stack, String(owner)));
      return parsePolicyDocument(properties[document], logicalId).map((statement) => ({
        ...statement,
        Resource: statement.Resource?.flatMap((resource) => (resource === '*' ? owners : resource)),
      }));
    }),
  );
}

/** @param owner a name, an ARN, or a queue's URL, which is a local one by now */
function arnOfOwner(stack: Stack, owner: string): string[] {
  if (owner.startsWith('arn:')) return [owner];
  const found =
    stack.byPhysicalId('AWS::S3::Bucket', owner) ??
    stack.byPhysicalId('AWS::SQS::Queue', owner.slice(owner.lastIndexOf('/') + 1));
  return found ? [stack.arn(found.logicalId)] : [];
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
