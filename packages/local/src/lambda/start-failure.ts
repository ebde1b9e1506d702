/** What the person who runs the stack reads when a function did not start. */
export function startFailure(functionId: string, errorType: string, errorMessage: string): string {
  const [firstLine = ''] = errorMessage.split('\n');
  return `${functionId} did not start; ${errorType}: ${firstLine}`;
}

/** AWS's Node.js runtime brings the AWS SDK, so a function may count on it. Here it must be installed. */
export function sdkIsMissing(packages: readonly string[]): string {
  return `unable to find ${packages.join(', ')}, which AWS's runtime brings: npm install --save-dev ${packages.join(' ')}`;
}

/** The package of the SDK that an error is about, whether it is AWS's or that of CDK's `AwsCustomResource`. */
export function missingSdkPackage(errorMessage: string): string | undefined {
  const pattern = /^(?:Error: )?(?:Cannot find (?:module|package) '|Package )(@(?:aws-sdk|smithy)\/[^'/ ]+)/;
  return pattern.exec(errorMessage)?.[1];
}
