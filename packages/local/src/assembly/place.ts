import { BrokenStack } from './broken-stack.ts';
import { anyEnvironment, type Environment } from './environment.ts';
import type { Unit } from './units.ts';

/** Types whose clients sign for their region. Functions run anywhere, so a stack that only helps CloudFront in us-east-1 does not count. */
const regional: ReadonlySet<string> = new Set([
  'AWS::ApiGatewayV2::Api',
  'AWS::Cognito::UserPool',
  'AWS::DynamoDB::GlobalTable',
  'AWS::DynamoDB::Table',
  'AWS::S3::Bucket',
  'AWS::SNS::Topic',
  'AWS::SQS::Queue',
]);

/**
 * The one account and region that a runtime serves: that of the stacks with something to sign for. Stacks elsewhere, with certificates for
 * instance, only have their values.
 * @throws BrokenStack when there are several
 */
export function commonPlace(units: readonly Unit[]): Environment {
  const isRegional = ({ template }: Unit) => Object.values(template.Resources).some(({ Type }) => regional.has(Type));
  const counting = units.filter(isRegional);
  const places = new Map(
    (counting.length > 0 ? counting : units.slice(0, 1)).map(({ root }) => {
      const { account, region } = root.environment;
      return [`${account}/${region}`, root];
    }),
  );
  if (places.size > 1) {
    const named = [...places].map(([place, { name }]) => `${name} (${place})`).join(' and ');
    throw new BrokenStack(
      `unable to serve ${named} together; choose stacks of one account and region (--stack, stackNames)`,
    );
  }
  return [...places.values()][0]?.environment ?? anyEnvironment;
}
