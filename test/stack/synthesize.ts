import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Validations } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { AwsSolutionsChecks } from 'cdk-nag';
import { flattenCfnReference } from 'cdk-nag/lib/utils/flatten-cfn-reference.js';
import { afterAll } from 'vitest';
import { z } from 'zod';
import { readOptions } from '#lib/options';
import { ParleyStack } from '#lib/parley-stack';

const Report = z.object({ pluginReports: z.array(z.unknown()) });
const CdkJson = z.object({ context: z.record(z.string(), z.unknown()) });

/** The result of `cdk synth -c …`: the template, and the findings of its checks. */
export interface Synthesized {
  readonly template: Template;
  /** The findings of cdk-nag and CDK, with warnings. */
  readonly findings: readonly unknown[];
  readonly directory: string;
}

// A call of a deprecated function of CDK throws. By default it only prints a line.
process.env.JSII_DEPRECATED = 'fail';

/**
 * Synthesizes the stack in this process, with the context of `cdk.json`.
 * @param overrides context in place of the file's
 * @param bundle whether the functions are bundled, which takes seconds
 */
export function synthesize(overrides: Readonly<Record<string, unknown>> = {}, { bundle = false } = {}): Synthesized {
  const { context } = CdkJson.parse(JSON.parse(readFileSync('cdk.json', 'utf8')));
  const directory = temporaryDirectory();
  const app = new App({
    outdir: directory,
    context: { ...context, 'aws:cdk:bundling-stacks': bundle ? ['**'] : [], ...overrides },
  });
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  const stack = new ParleyStack(app, 'Parley', { options: readOptions((name) => app.node.tryGetContext(name)) });
  app.synth();
  return { template: Template.fromStack(stack), findings: findingsIn(directory), directory };
}

/** A new folder, deleted after the tests of the file. */
function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'parley-stack-'));
  afterAll(() => rmSync(directory, { recursive: true }));
  return directory;
}

/** The findings of a synthesis into this directory. */
export function findingsIn(directory: string): readonly unknown[] {
  return Report.parse(JSON.parse(readFileSync(join(directory, 'validation-report.json'), 'utf8'))).pluginReports;
}

/** A value of the template as one string, without the hashes of logical ids: `<ChatTable.Arn>/index/members`. */
export function plain(value: unknown): string {
  return flattenCfnReference(value).replace(/([A-Za-z])[0-9A-F]{8}(?=[.>])/g, '$1');
}

const Statement = z.object({
  Effect: z.literal('Allow'),
  Action: z.union([z.string(), z.array(z.string())]),
  Resource: z.unknown(),
});
const Policy = z.object({
  PolicyDocument: z.object({ Statement: z.array(Statement) }),
  Roles: z.array(z.object({ Ref: z.string() })),
});
const Lambda = z.object({ Role: z.object({ 'Fn::GetAtt': z.tuple([z.string(), z.literal('Arn')]) }) });

/** All permissions of a function's role: `action resource`, sorted. */
export function allowed(template: Template, functionId: string): string[] {
  const { Role } = Lambda.parse(template.toJSON().Resources[functionId].Properties);
  const [roleId] = Role['Fn::GetAtt'];
  return Object.values(template.findResources('AWS::IAM::Policy'))
    .map((resource) => Policy.parse(resource.Properties))
    .filter(({ Roles }) => Roles.some(({ Ref }) => Ref === roleId))
    .flatMap(({ PolicyDocument }) => PolicyDocument.Statement)
    .flatMap(({ Action, Resource }) =>
      [Action].flat().flatMap((action) => [Resource].flat().map((resource) => `${action} ${plain(resource)}`)),
    )
    .sort();
}
