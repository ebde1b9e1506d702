import { BrokenStack } from './broken-stack.ts';

/** Where a stack is deployed on AWS, the `env` of a CDK stack. */
export interface Environment {
  readonly region: string;
  /** Twelve digits. */
  readonly account: string;
}

/** Of stacks that do not say where they are deployed. */
export const anyEnvironment: Environment = { region: 'us-east-1', account: '000000000000' };

/**
 * Reads the `environment` of a stack in a cloud assembly, like `aws://123456789012/eu-central-1`. What the app leaves open
 * (`unknown-account`, `unknown-region`) is that of `anyEnvironment`.
 * Source: https://docs.aws.amazon.com/cdk/v2/guide/environments.html
 * @throws BrokenStack for regions whose ARNs do not begin with `arn:aws:` (China, GovCloud, …)
 */
export function parseEnvironment(text: string | undefined, stackName: string): Environment {
  const [, account = '', region = ''] = /^aws:\/\/([^/]*)\/(.*)$/.exec(text ?? '') ?? [];
  if (/^(cn|us-gov|us-iso\w?|eu-isoe|eusc)-/.test(region)) {
    throw new BrokenStack(
      `unable to serve ${stackName}; ${region} is in another partition than aws, whose regions alone are served here`,
    );
  }
  return {
    region: isKnown(region) ? region : anyEnvironment.region,
    account: isKnown(account) ? account : anyEnvironment.account,
  };
}

const isKnown = (part: string) => part !== '' && !part.startsWith('unknown-') && !part.includes('$');
