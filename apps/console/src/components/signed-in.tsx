import { LiveUpdates } from '../live/live-context.tsx';
import { AppFrame } from './app-frame.tsx';
import { SelectionProvider } from './selection.tsx';

export function SignedIn() {
  return (
    <LiveUpdates>
      <SelectionProvider>
        <AppFrame />
      </SelectionProvider>
    </LiveUpdates>
  );
}
