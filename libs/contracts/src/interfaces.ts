/** Over what somebody reaches kanade, as their client says: the console's pages, the command line, or any other program. */
export const interfaces = ['console', 'cli', 'api'] as const;
export type Interface = (typeof interfaces)[number];

/** The HTTP header with which a client says which interface it is; what it says is believed of nobody, only written down. */
export const interfaceHeader = 'kanade-interface';
