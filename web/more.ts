/** What most visits do without: one file, fetched when the first of it is shown. In several, all that they share with the page would be cut into as many pieces. */
export { EmojiPalette } from './composer/emoji-palette.tsx';
export { Lightbox } from './conversation/lightbox.tsx';
export { MessageMenu } from './conversation/message-menu.tsx';
export { ThreadSearch } from './conversation/thread-search.tsx';
export { NewChatDialog } from './inbox/new-chat-dialog.tsx';
export { DetailsPanel } from './people/details-panel.tsx';
export { Refused } from './people/refused.tsx';
export { MoreSteps } from './session/more-steps.tsx';
export { createOpenId } from './session/openid.ts';
export { SettingsDialog } from './settings/settings-dialog.tsx';
