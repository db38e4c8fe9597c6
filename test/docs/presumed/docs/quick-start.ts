/** The reader's own session. */
export declare function findUser(headers: Headers): Promise<{ id: string; role: string } | undefined>
