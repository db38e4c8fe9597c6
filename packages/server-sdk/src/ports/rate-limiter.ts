/** Limits how often something happens, by a name of whose doing it is. */
export interface RateLimiter {
  /** Takes one. @returns 0 if that is fine, else the milliseconds to wait: then nothing was taken */
  take(name: string): Promise<number>
}
