import { useSession } from '../state/session-context.ts';
import { ConfirmButton } from '../ui/confirm-button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { t } from '../words/words.ts';
import { accountOf } from './account.ts';
import { BlockedPeople } from './blocked-people.tsx';
import { LanguageChoice } from './language-choice.tsx';
import { NotificationsSwitch } from './notifications-switch.tsx';
import { PresenceSwitch } from './presence-switch.tsx';
import { ProfileForm } from './profile-form.tsx';
import { ThemeChoice } from './theme-choice.tsx';
import { UnsentHere } from './unsent.tsx';
import { YourData } from './your-data.tsx';

/** Parley's version. The build defines it. */
declare const PARLEY: string;

export function SettingsDialog({ onClose }: { onClose(): void }) {
  return (
    <Dialog title={t('Settings')} onClose={onClose}>
      <div class="settings">
        <ProfileForm />
        <ThemeChoice />
        <LanguageChoice />
        <NotificationsSwitch />
        <PresenceSwitch />
        <BlockedPeople />
        <SignOutEverywhere />
        <YourData />
        <p class="quiet">Parley {PARLEY}</p>
      </div>
    </Dialog>
  );
}

/** Ends the user's sessions on all devices, this one included. */
function SignOutEverywhere() {
  const { session, messenger } = useSession();

  async function signOut(): Promise<void> {
    await accountOf(messenger.chat).signOutEverywhere();
    // With the name: the session of this tab may have ended already.
    await session.signOut(messenger.me);
  }

  return (
    <section>
      <ConfirmButton
        label={t('Sign out everywhere')}
        look="button"
        kind="danger"
        title={t('Sign out everywhere?')}
        onConfirm={signOut}
      >
        <p>
          {t(
            'All devices on which you are signed in have to sign in again, this one too. Messages that have not been sent yet are lost.',
          )}
        </p>
        <UnsentHere />
      </ConfirmButton>
    </section>
  );
}
