import { Dialog } from '../ui/dialog.tsx';
import { BlockedPeople } from './blocked-people.tsx';
import { NotificationsSwitch } from './notifications-switch.tsx';
import { ProfileForm } from './profile-form.tsx';
import { SignOutEverywhere } from './sign-out-everywhere.tsx';
import { ThemeChoice } from './theme-choice.tsx';

/** Parley's version. The build defines it. */
declare const PARLEY: string;

export function SettingsDialog({ onClose }: { onClose(): void }) {
  return (
    <Dialog title="Settings" onClose={onClose}>
      <div class="settings">
        <ProfileForm />
        <ThemeChoice />
        <NotificationsSwitch />
        <BlockedPeople />
        <SignOutEverywhere />
        <p class="quiet">Parley {PARLEY}</p>
      </div>
    </Dialog>
  );
}
