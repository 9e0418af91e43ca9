// What `bot/website/bundle.py` puts in front of the modules when it makes widget.js out of them.

export interface Choice { title: string; send: string }
export type Texts = Record<Exclude<string, 'starters'>, any> & { starters: (string | Choice)[] };

export const STYLES: string;
/** The English texts; those of other languages join them when they are wanted. */
export const TEXTS: Record<string, Texts>;
/** What the launcher says in each language there is. */
export const LAUNCHERS: Record<string, string>;
/** The approved warning and what the page adds to it. */
export const WARNING: [string, string];
/** Both sentences of the warning in other languages. */
export const WARNING_IN: Record<string, [string, string]>;
/** The number to call in an emergency. */
export const EMERGENCY_NUMBER: string;
/** Characters of one message that are answered. */
export const MAX_LENGTH: number;
