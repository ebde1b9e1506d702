/** What the user calls the settings: a variable, an option of a command. Error sentences use these names. */
export interface SettingNames {
  readonly port: string;
  readonly dataDirectory: string;
  readonly engineProgram: string;
  readonly engineEndpoint: string;
  readonly hosts: string;
}

export const defaultNames: SettingNames = {
  port: 'port',
  dataDirectory: 'dataDirectory',
  engineProgram: 'DYNOXIDE_PATH',
  engineEndpoint: 'DYNAMODB_LOCAL_URL',
  hosts: 'hosts',
};
