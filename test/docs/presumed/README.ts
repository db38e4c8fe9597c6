/** The session of the reader's own app. */
export declare function getSession(headers: Headers): Promise<{ user: { id: string; role: string } } | null>
