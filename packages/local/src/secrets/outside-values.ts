import type { OutsideValues } from '#assembly/outside-values';
import type { ParameterFiles } from '#ssm/parameter-files';
import type { SecretStore } from './secret-store.ts';

/** What templates find in the data folder: parameters of files, and secrets, which are generated when they are asked for first. */
export function outsideValues(parameters: ParameterFiles, secrets: SecretStore): OutsideValues {
  return {
    parameter: (name) => parameters.all().get(name)?.value,
    secret(name, definition, { stage, id }) {
      const versions = secrets.versions(name, definition) ?? [];
      return versions.find((one) => (id === undefined ? one.stages.includes(stage) : one.id === id))?.value;
    },
    files: { parameters: parameters.file, secrets: secrets.file },
  };
}
