// The token, for as long as the tab is open.

const NAME = 'token';

export const savedToken = (): string | null => sessionStorage.getItem(NAME);
export const saveToken = (token: string): void => sessionStorage.setItem(NAME, token);
export const forgetToken = (): void => sessionStorage.removeItem(NAME);
