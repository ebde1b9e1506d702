import { Aws, Names } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

/**
 * A name for a resource whose names are one list for the whole account. CDK's own name says the stack and the construct; with the region too, the
 * same app can be deployed to a second region.
 * @param scope the construct that has the resource
 * @param id what the resource is in there
 * @param longest characters that the service allows
 */
export function regionalName(scope: Construct, id: string, longest: number): string {
  // The longest region has 14 characters.
  const rest = `-${id}-`;
  return `${Names.uniqueResourceName(scope, { maxLength: longest - 14 - rest.length })}${rest}${Aws.REGION}`;
}
