import { CfnBudget } from 'aws-cdk-lib/aws-budgets';
import { Construct } from 'constructs';
import { OptionsError } from './options-error.ts';
import type { Settings } from './settings.ts';

/** Of the month's dollars: a bill that grows is told in time, and one that is going to be too high before it is. */
const thresholds = [
  { notificationType: 'ACTUAL', threshold: 80 },
  { notificationType: 'ACTUAL', threshold: 100 },
  { notificationType: 'FORECASTED', threshold: 100 },
];

/** Tells somebody by mail when a month costs more than it should: https://docs.aws.amazon.com/cost-management/latest/userguide/budgets-managing-costs.html */
export class Budget extends Construct {
  /** @throws OptionsError if the budget counts a tag that the resources do not have */
  constructor(
    scope: Construct,
    id: string,
    { dollars, email, tag }: NonNullable<Settings['budget']>,
    tags: Settings['tags'],
  ) {
    super(scope, id);
    if (tag !== undefined && tags[tag] === undefined) {
      throw new OptionsError(`unable to use the budget; its tag ${tag} must be one of the option tags`);
    }
    new CfnBudget(this, 'Month', {
      budget: {
        budgetType: 'COST',
        timeUnit: 'MONTHLY',
        budgetLimit: { amount: dollars, unit: 'USD' },
        // Without it everything in the account counts.
        costFilters: tag === undefined ? undefined : { TagKeyValue: [`user:${tag}$${tags[tag]}`] },
      },
      notificationsWithSubscribers: thresholds.map((threshold) => ({
        notification: { ...threshold, thresholdType: 'PERCENTAGE', comparisonOperator: 'GREATER_THAN' },
        subscribers: [{ subscriptionType: 'EMAIL', address: email }],
      })),
    });
  }
}
