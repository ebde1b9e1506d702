import { Names, RemovalPolicy, Stack } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { type Options, readOptions } from './options.ts';
import type { ParleyProps } from './parley-props.ts';

/** The options of a `Parley`, and what follows from its place in the app. */
export interface Settings extends Options {
  /** CloudWatch's namespace of the metrics. Those of two chats in one account must not be added up. */
  readonly metricsNamespace: string;
  /** Is the stack Parley's alone? Then resources keep the names that they have always had. */
  readonly ownStack: boolean;
  readonly encryptionKey?: IKey;
}

/**
 * Checks the props of the construct and fills in the defaults.
 * @throws OptionsError
 */
export function readSettings(scope: Construct, { issuer, removalPolicy, ...props }: ParleyProps): Settings {
  const given: Readonly<Record<string, unknown>> = {
    ...props,
    // The construct has the resource itself.
    userPool: undefined,
    hostedZone: undefined,
    oidc: issuer,
    removalPolicy: removalPolicy === undefined ? undefined : policies[removalPolicy],
  };
  const options = readOptions((name) => given[name]);
  // CDK leaves constructs of this name out of logical ids: https://docs.aws.amazon.com/cdk/v2/guide/identifiers.html
  const ownStack = scope.node.id === 'Default' && scope.node.scope === Stack.of(scope);
  const name = options.name ?? (ownStack ? undefined : Names.uniqueResourceName(scope, { maxLength: 60 }));
  const metricsNamespace = name === undefined ? 'Parley' : `Parley/${name}`;
  return { ...options, metricsNamespace, ownStack, encryptionKey: props.encryptionKey };
}

const policies: Readonly<Partial<Record<RemovalPolicy, string>>> = {
  [RemovalPolicy.RETAIN]: 'retain',
  [RemovalPolicy.DESTROY]: 'destroy',
  // The others name themselves in the error.
  [RemovalPolicy.SNAPSHOT]: RemovalPolicy.SNAPSHOT,
  [RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE]: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
};
