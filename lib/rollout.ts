import { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import { LambdaApplication, LambdaDeploymentConfig, LambdaDeploymentGroup } from 'aws-cdk-lib/aws-codedeploy';
import { Construct } from 'constructs';
import type { ParleyFunction } from './parley-function.ts';
import { acknowledge } from './permissions.ts';
import type { Settings } from './settings.ts';

export interface RolloutProps {
  /** Functions with an alias, which APIs call. */
  readonly functions: readonly ParleyFunction[];
  /** The construct with the alarms. */
  readonly alarms: Construct;
  readonly how: Exclude<Settings['rollout'], 'at-once'>;
}

/** Alarms look at five minutes, so a step lasts longer than that. */
const ways = {
  canary: LambdaDeploymentConfig.CANARY_10PERCENT_10MINUTES,
  linear: LambdaDeploymentConfig.LINEAR_10PERCENT_EVERY_2MINUTES,
};

/** Alarms that a faulty version rings. Others, like those on dead letters, may ring for days, and no deployment could begin meanwhile. */
const ofVersions = /(Errors|Faults|ErrorLines)$/;

/**
 * Gives a new version some of the frames and requests first. If an alarm rings meanwhile, CodeDeploy gives them all to the version before, and
 * CloudFormation then takes the whole deployment back, with the functions that have no alias.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-attribute-updatepolicy.html#cfn-attributes-updatepolicy-codedeploylambdaaliasupdate
 */
export class Rollout extends Construct {
  constructor(scope: Construct, id: string, { functions, alarms, how }: RolloutProps) {
    super(scope, id);
    const application = new LambdaApplication(this, 'Application');
    for (const { node, alias } of functions) {
      if (!alias) throw new Error(`unable to roll ${node.id} out; it has no alias`);
      const group = new LambdaDeploymentGroup(this, node.id, {
        application,
        alias,
        deploymentConfig: ways[how],
        alarms: alarms.node
          .findAll()
          .filter((construct): construct is Alarm => construct instanceof Alarm && ofVersions.test(construct.node.id)),
      });
      acknowledge(group.role, {
        'IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSCodeDeployRoleForLambdaLimited]':
          'It is what CodeDeploy needs to shift an alias, in the policy that AWS keeps for it.',
      });
    }
  }
}
