export { type AccountApi, type AccountApiOptions, createAccountApi } from './http/account-api.ts'
export type { Account, PasswordChange, SignInInput, SignUpInput } from './protocol/accounts.ts'
export type { ErrorCode } from './protocol/error-code.ts'
export { type ErrorDetails, type Issue, PollError } from './protocol/poll-error.ts'
