import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Stack, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { z } from 'zod';
import { readOptions } from '#lib/options';
import { Parley } from '#lib/parley';
import { ParleyStack } from '#lib/parley-stack';
import type { Finding } from './finding.ts';
import { variants } from './variants.ts';

const CdkJson = z.object({ context: z.record(z.string(), z.unknown()) });
const Report = z.object({
  pluginReports: z.array(
    z.object({
      violations: z.array(
        z.object({
          ruleName: z.string(),
          description: z.string(),
          violatingConstructs: z.array(z.object({ constructPath: z.string() })),
        }),
      ),
    }),
  ),
});

/** Templates, and what cdk-nag and CDK itself find in them. */
export interface Synthesized {
  readonly templates: readonly string[];
  readonly findings: readonly Finding[];
}

/** Synthesizes every variant, and two chats in somebody's own stack. @param folder gets one folder for each */
export function synthesizeAll(folder: string): Synthesized {
  const all = Object.entries(variants).map(([name, options]) =>
    synthesizeOne(join(folder, name.replaceAll(/\W+/g, '-')), options, (app) => {
      new ParleyStack(app, 'Parley', { options: readOptions((key) => app.node.tryGetContext(key)) });
    }),
  );
  const two = synthesizeOne(join(folder, 'two-in-one-stack'), {}, (app) => {
    const stack = new Stack(app, 'Both');
    new Parley(stack, 'Sales', { page: false });
    new Parley(stack, 'Support', { apiGatewayLogRole: false });
  });
  const every = [...all, two];
  return {
    templates: every.flatMap(({ templates }) => templates),
    findings: every.flatMap(({ findings }) => findings),
  };
}

function synthesizeOne(
  folder: string,
  options: Readonly<Record<string, unknown>>,
  fill: (app: App) => void,
): Synthesized {
  const { context } = CdkJson.parse(JSON.parse(readFileSync('cdk.json', 'utf8')));
  const app = new App({ outdir: folder, context: { ...context, ...options } });
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app));
  fill(app);
  const report = join(folder, 'validation-report.json');
  const { write } = process.stderr;
  // CDK prints every finding with a stack trace, also those hundreds that are accepted.
  process.stderr.write = () => true;
  try {
    app.synth();
  } catch (error) {
    // It throws when there are findings, after it has written everything.
    if (!existsSync(report)) throw error;
  } finally {
    process.stderr.write = write;
  }
  const { pluginReports } = Report.parse(JSON.parse(readFileSync(report, 'utf8')));
  const findings = pluginReports.flatMap(({ violations }) =>
    violations.flatMap(({ ruleName, description, violatingConstructs }) =>
      violatingConstructs.map(({ constructPath }) => {
        return { rule: ruleName, resource: `${folder} ${constructPath}`, message: description };
      }),
    ),
  );
  const templates = readdirSync(folder).filter((name) => name.endsWith('.template.json'));
  return { templates: templates.map((name) => join(folder, name)), findings };
}
