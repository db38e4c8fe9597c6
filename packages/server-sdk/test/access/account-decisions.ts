import type { Answer } from './decisions.ts'

/** Who asks for an account: a page of this site, with nobody or somebody signed in; a page of another; no page at all. */
export const visitors = ['nobody', 'signed in', 'page of another site', 'no page'] as const
export type Visitor = (typeof visitors)[number]

export type VisitorRow = readonly [nobody: Answer, signedIn: Answer, foreign: Answer, noPage: Answer]

/** Every route of accounts, as `decisions.ts` for the others: `account-matrix.test.ts` runs every cell. */
export const accountDecisions: Readonly<Record<string, VisitorRow>> = {
  'POST /accounts/sign-up': ['ok', 'ok', 'ORIGIN_NOT_ALLOWED', 'FORBIDDEN'],
  'POST /accounts/sign-in': ['ok', 'ok', 'ORIGIN_NOT_ALLOWED', 'FORBIDDEN'],
  'POST /accounts/sign-out': ['ok', 'ok', 'ORIGIN_NOT_ALLOWED', 'FORBIDDEN'],
  'GET /accounts/session': ['ok', 'ok', 'ORIGIN_NOT_ALLOWED', 'ok'],
  'POST /accounts/password': ['UNAUTHENTICATED', 'ok', 'ORIGIN_NOT_ALLOWED', 'FORBIDDEN'],
}
