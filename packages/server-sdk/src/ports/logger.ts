/** Where the library says what happened. Never gets a secret, a token or a voter's identity. */
export interface Logger {
  info(message: string): void
  warn(message: string, cause?: unknown): void
  error(message: string, cause?: unknown): void
}
