import { runKeeper } from './keeper.ts';

// What `kanade-agent __keep` does in the bundle, from source.
runKeeper();
