// Where the picture of a page lies that waited for a person last. One at a time: it may show chats.
import { join } from 'node:path';

export const pictureIn = (stateDir: string): string => join(stateDir, 'action-required.png');
