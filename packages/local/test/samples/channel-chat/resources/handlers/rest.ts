// One bundle for all functions of the HTTP API.
export { handler as getChannelMessages } from './rest/get-channel-messages';
export { handler as getConfig } from './rest/get-config';
export { handler as getUsers } from './rest/get-users';
export { handler as postChannels } from './rest/post-channels';
