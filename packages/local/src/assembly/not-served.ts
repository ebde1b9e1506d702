import { withoutHash } from '#calls';
import { unservedAlarm } from '#cloudwatch/alarm-settings';
import { unservedFilter } from '#cloudwatch/metric-filters';
import { functionOfCustom } from '#custom-resources/custom-resource';
import { unservedIntegration } from '#gateway/integration';
import { layerFolder } from '#lambda/function-config';
import { unservedMapping } from '#lambda/unserved-mapping';
import { isServedProtocol, isServedTarget } from './served-targets.ts';
import { partOf } from './served-types.ts';
import type { Resource, Stack } from './stack.ts';
import { unservedSettings } from './unserved-settings.ts';

/**
 * What the stack has and the local runtime does not serve, for the person who starts it: for each type, or setting of a type, a line like
 * `not served here: AWS::StepFunctions::StateMachine Orders, Refunds`.
 * Empty when every resource has its part here or needs none.
 */
export function notServed(stack: Stack): string[] {
  const names = new Map<string, string[]>();
  for (const resource of stack.resources) {
    const kind = unservedKind(stack, resource);
    const settings = unservedSettings(resource).map((setting) => `${resource.type} (${setting})`);
    for (const each of kind === undefined ? settings : [kind]) {
      names.set(each, [...(names.get(each) ?? []), nameOf(stack, resource)]);
    }
  }
  return [...names]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([kind, list]) => `not served here: ${kind} ${list.join(', ')}`);
}

/** Its path in the app, else its logical id without its hash; after the name of its stack where several are served. */
function nameOf({ stacks }: Stack, { path, logicalId }: Resource): string {
  if (path === undefined) return withoutHash(logicalId);
  return stacks.some(({ prefix }) => prefix === '') ? path : `${logicalId.split('/')[0]}/${path}`;
}

/** The type of a resource that has no part here, with what is special about it in brackets. */
export function unservedKind(stack: Stack, resource: Resource): string | undefined {
  const { type, logicalId, properties } = resource;
  if (type === 'AWS::Lambda::Function') {
    if (deploysOnly(stack, logicalId)) return undefined;
    if (stack.functions.includes(resource)) {
      if (!stack.byPhysicalId('AWS::IAM::Role', String(properties.Role)))
        return `${type} (its role is of another app, so that it may do nothing)`;
      const layers = [properties.Layers ?? []].flat().map(String);
      return layers.every((layer) => stack.byPhysicalId('AWS::Lambda::LayerVersion', layer))
        ? undefined
        : `${type} (layers of another app, whose files are missing)`;
    }
    return `${type} (${properties.PackageType === 'Image' ? 'container image' : properties.Runtime})`;
  }
  if (type === 'AWS::Lambda::LayerVersion') {
    const users = stack.functions.filter(({ properties: { Layers } }) =>
      [Layers].flat().includes(stack.ref(logicalId)),
    );
    return users.length > 0 && layerFolder(stack, stack.ref(logicalId)) === undefined
      ? `${type} (its files are not in a folder)`
      : undefined;
  }
  if (type === 'AWS::Lambda::EventSourceMapping') return because(type, unservedMapping(stack, resource));
  if (type === 'AWS::ApiGatewayV2::Integration') return because(type, unservedIntegration(resource));
  if (type === 'AWS::CloudWatch::Alarm') return because(type, unservedAlarm(resource));
  if (type === 'AWS::Logs::MetricFilter') return because(type, unservedFilter(resource));
  if (type === 'AWS::CloudFormation::Stack') {
    const isThere = stack.stacks.some(({ prefix }) => prefix === `${logicalId}/`);
    return isThere ? undefined : `${type} (its template is not in the assembly)`;
  }
  if (type === 'AWS::CloudFront::Distribution' && resource !== stack.ofType(type)[0]) return `${type} (one is served)`;
  if (type === 'AWS::SNS::Topic' || type === 'AWS::SNS::Subscription') {
    return because(type, unservedProtocols(properties));
  }
  if (type === 'AWS::Events::Rule' || type === 'AWS::Scheduler::Schedule') {
    return because(type, unservedTargets(properties));
  }
  // CDK's provider framework waits with it until a custom resource is complete; here the runtime waits.
  if (type === 'AWS::StepFunctions::StateMachine' && /waiterstatemachine[0-9A-F]{8}$/.test(logicalId)) return undefined;
  return partOf(type) || functionOfCustom(stack, resource) ? undefined : type;
}

const because = (type: string, reason: string | undefined) =>
  reason === undefined ? undefined : `${type} (${reason})`;

/** How a topic's subscribers hear of messages, as far as they hear nothing here. */
function unservedProtocols({ Protocol, Subscription }: Resource['properties']): string | undefined {
  const inTopic = Array.isArray(Subscription) ? Subscription.map((one: unknown) => Object(one).Protocol) : [];
  const unserved = [Protocol, ...inTopic].filter((one) => one !== undefined && !isServedProtocol(one));
  return unserved.length > 0 ? unserved.join(', ') : undefined;
}

/** The services that a rule or schedule calls, as far as they are not here. */
function unservedTargets({ Target, Targets }: Resource['properties']): string | undefined {
  const arns = [Target, Targets].flat().flatMap((target): string[] => {
    const arn: unknown = Object(target).Arn;
    return typeof arn === 'string' && !isServedTarget(arn) ? [arn] : [];
  });
  const services = new Set(arns.map((arn) => `to ${arn.split(':')[2]}`));
  return services.size > 0 ? [...services].join(', ') : undefined;
}

/** Whether a function is only there for custom resources whose work the runtime does by itself, or that nobody needs here. */
function deploysOnly(stack: Stack, functionId: string): boolean {
  const arn = stack.arn(functionId);
  const served = stack.resources.filter(({ properties }) => properties.ServiceToken === arn);
  return served.length > 0 && served.every(({ type }) => partOf(type) !== undefined);
}
