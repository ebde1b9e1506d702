/** Values that a deployment finds in the account, and not in the templates. */
export interface OutsideValues {
  /** The value of an SSM parameter that no stack of the app has. */
  parameter(name: string): string | undefined;
  /**
   * The value of a secret.
   * @param definition the properties of its resource, if a stack of the app has one; its value is generated when it is asked for first
   */
  secret(
    name: string,
    definition: Readonly<Record<string, unknown>> | undefined,
    version: { readonly stage: string; readonly id: string | undefined },
  ): string | undefined;
  /** Where a person puts what is missing. */
  readonly files: { readonly parameters: string; readonly secrets: string };
}

/** For stacks without a data folder. */
export const noOutsideValues: OutsideValues = {
  parameter: () => undefined,
  secret: () => undefined,
  files: { parameters: 'parameters.json', secrets: 'secrets.json' },
};
