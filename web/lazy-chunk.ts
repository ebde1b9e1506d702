/**
 * The parts of the page that most visits do not need, in one file that `lazy` downloads when the first of them is shown. It is one file because
 * with several files the code that they share with the page would be split into many small ones.
 * Nothing below these modules may import `lazy`: that would be a circle.
 */
import { addIcons } from './ui/icon.tsx';
import { keepFocus } from './ui/keep-focus.ts';
import { laterIcons } from './ui/later-icons.ts';

export { EndedComposer } from './composer/ended-composer.tsx';
export { FailedSendList } from './composer/failed-send-list.tsx';
export { MentionList } from './composer/mention-list.tsx';
export { ModeBar } from './composer/mode-bar.tsx';
export { QueuedNote } from './composer/queued-note.tsx';
export { Lightbox } from './conversation/lightbox.tsx';
export { MessageMenu } from './conversation/message-menu.tsx';
export { OfflinePane } from './conversation/offline-pane.tsx';
export { PinnedLine } from './conversation/pinned-line.tsx';
export { richText } from './conversation/rich-text.tsx';
export { SelectBox } from './conversation/select-box.tsx';
export { SelectionBar } from './conversation/selection-bar.tsx';
export { ThreadSearch } from './conversation/thread-search.tsx';

export { EmojiPalette } from './emoji/emoji-palette.tsx';
export { ConversationMenu } from './inbox/conversation-menu.tsx';
export { FriendRequests } from './inbox/friend-requests.tsx';
export { GoToDialog } from './inbox/go-to-dialog.tsx';
export { GroupInvitations } from './inbox/group-invitations.tsx';
export { lastMessageOf } from './inbox/last-message.ts';
export { NewChatDialog } from './inbox/new-chat-dialog.tsx';
export { PeopleResults } from './inbox/people-results.tsx';
export { notifyMessages } from './notify/notify-messages.ts';
export { registerDevice } from './notify/register-device.ts';
export { AccessDenied } from './people/access-denied.tsx';
export { DetailsPanel } from './people/details-panel.tsx';
export { JoinPane } from './people/join-pane.tsx';
export { IssuerButton } from './session/issuer-button.tsx';
export { createOpenId } from './session/openid.ts';
export { signInFromAddress } from './session/sign-in-from-address.ts';
export { SignUpFlow } from './session/sign-up-flow.tsx';
export { AccountMenu } from './settings/account-menu.tsx';
export { SettingsDialog } from './settings/settings-dialog.tsx';
export { SignOutDialog } from './settings/sign-out-dialog.tsx';
export { tellTabs } from './state/held.ts';
export { UploadTray } from './uploads/upload-tray.tsx';
export { VoicePlayer } from './voice/voice-player.tsx';
export { VoiceRecorder } from './voice/voice-recorder.tsx';

addIcons(laterIcons);
keepFocus();
