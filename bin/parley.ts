import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { readOptions } from '#lib/options';
import { ParleyStack } from '#lib/parley-stack';

const app = new App();
// Synthesis fails on every finding that no construct acknowledges with a reason.
Validations.of(app).addPlugins(new AwsSolutionsChecks(app));

new ParleyStack(app, 'Parley', {
  description: 'Parley: a serverless chat backend',
  options: readOptions((name) => app.node.tryGetContext(name)),
});
