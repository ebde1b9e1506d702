import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { type Options, readOptions } from '#lib/options';
import { OptionsError } from '#lib/options-error';
import { ParleyStack } from '#lib/parley-stack';

const app = new App();
// Synthesis fails on every finding that no construct acknowledges with a reason.
Validations.of(app).addPlugins(new AwsSolutionsChecks(app));

const options = chosen();
const id = options.name === undefined ? 'Parley' : `Parley-${options.name}`;
new ParleyStack(app, id, { description: 'Parley: a serverless chat backend', options });

function chosen(): Options {
  try {
    return readOptions((name) => app.node.tryGetContext(name));
  } catch (error) {
    if (!(error instanceof OptionsError)) throw error;
    // The deployer's mistake, not the program's: where it was thrown helps nobody.
    console.error(error.message);
    process.exit(1);
  }
}
