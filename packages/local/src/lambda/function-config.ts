import { z } from 'zod';
import { BrokenStack, parseOrBroken } from '#assembly/broken-stack';
import type { Stack } from '#assembly/stack';
import type { Principal } from '#iam/access-keys';
import { isObject } from '#text';
import { unqualified } from './find-function.ts';

/** Defaults: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-function.html */
const propertiesShape = z.looseObject({
  Code: z.looseObject({ ZipFile: z.string().optional() }).default({}),
  Layers: z.array(z.string()).default([]),
  Handler: z.string().default('index.handler'),
  Runtime: z.string().default('nodejs24.x'),
  Role: z.string(),
  Timeout: z.coerce.number().min(1).max(900).default(3),
  MemorySize: z.coerce.number().min(128).max(10_240).default(128),
  ReservedConcurrentExecutions: z.coerce.number().min(0).optional(),
  Environment: z.object({ Variables: z.record(z.string(), z.coerce.string()).default({}) }).default({ Variables: {} }),
  TracingConfig: z.looseObject({ Mode: z.string().optional() }).default({}),
  LoggingConfig: z
    .looseObject({
      LogGroup: z.string().optional(),
      LogFormat: z.string().optional(),
      SystemLogLevel: z.enum(['DEBUG', 'INFO', 'WARN']).default('INFO'),
    })
    .prefault({}),
});

/** A function of the template, with defaults. */
export type FunctionConfig = Readonly<ReturnType<typeof functionConfig>>;

/** @param named logical id, with or without an alias or version @throws BrokenStack */
export function functionConfig(stack: Stack, named: string) {
  const functionId = unqualified(named);
  const resource = stack.find(functionId);
  if (resource?.type !== 'AWS::Lambda::Function') {
    throw new BrokenStack(`unable to invoke ${functionId}; stack ${stack.name} has no such function`);
  }
  const { Handler, Runtime, Role, Timeout, MemorySize, ReservedConcurrentExecutions, Environment, ...properties } =
    parseOrBroken(propertiesShape, resource.properties, `read function ${functionId}`);
  const { Code, Layers, LoggingConfig, TracingConfig } = properties;
  if (!Runtime.startsWith('nodejs')) {
    throw new BrokenStack(`unable to run function ${functionId}; the local runtime runs Node.js, not ${Runtime}`);
  }
  const name = stack.ref(functionId);
  // Nothing is known of what a role of somewhere else allows, so that it allows nothing; the start says so.
  const roleId = stack.byPhysicalId('AWS::IAM::Role', Role)?.logicalId;
  const roleName = roleId === undefined ? Role.slice(Role.lastIndexOf('/') + 1) : stack.ref(roleId);
  /** The function's identity: a session of its role. */
  const principal: Principal = {
    kind: 'role',
    arn: `arn:aws:sts::${stack.account}:assumed-role/${roleName}/${name}`,
    roleId: roleId ?? Role,
    functionId,
  };
  return {
    id: functionId,
    name,
    arn: stack.arn(functionId),
    principal,
    /** Where the assembly has the code. Undefined: it is inline. */
    directory: Code.ZipFile === undefined ? stack.codeDirectory(functionId) : undefined,
    /** Source of `index.js`. */
    inlineCode: Code.ZipFile,
    /** Folders of the layers, in their order. Those without one are named at start. */
    layers: Layers.flatMap((layer) => layerFolder(stack, layer) ?? []),
    /** `file.export` */
    handler: Handler,
    runtime: Runtime,
    timeoutSeconds: Timeout,
    memoryMegabytes: MemorySize,
    environment: Environment.Variables,
    /** Undefined if the function has no limit. */
    reservedConcurrency: ReservedConcurrentExecutions,
    /** Every event is traced. On AWS one a second and a twentieth of the rest are. */
    tracing: TracingConfig.Mode === 'Active',
    logGroup: LoggingConfig.LogGroup ?? `/aws/lambda/${name}`,
    jsonLogs: LoggingConfig.LogFormat === 'JSON',
    /** Of JSON logs: Lambda's own lines below it are not written. */
    systemLogLevel: LoggingConfig.SystemLogLevel,
  };
}

/** @returns undefined for a layer of another app, and for one whose files are in an archive */
export function layerFolder(stack: Stack, arn: string): string | undefined {
  const layer = stack.byPhysicalId('AWS::Lambda::LayerVersion', arn)?.properties;
  const key = isObject(layer?.Content) ? layer.Content.S3Key : undefined;
  return typeof key === 'string' ? stack.assetDirectory(key) : undefined;
}
