// Where the latest picture of a page that needed a person is stored. Only one is kept,
// because it may show chats.
import { join } from 'node:path';

export const pictureIn = (stateDir: string): string => join(stateDir, 'action-required.png');
