import type { Kysely } from 'kysely'
import type { SqlConnection } from '../../ports/database.ts'

/** The tables of accounts, where this adapter reads and writes them by itself. */
export interface AccountTables {
  live_poll_accounts: { id: string; email: string; role: string; updated_at: string }
  live_poll_account_sessions: { id: string; expires_at: string }
}

/** better-auth's models: our table of each, and our columns by its fields. The schema's step 0004 has no others. */
export const models = {
  user: {
    table: 'live_poll_accounts',
    columns: {
      email: 'email',
      emailVerified: 'email_verified',
      name: 'name',
      image: 'image',
      role: 'role',
      createdAt: 'created_at',
      updatedAt: 'updated_at',
    },
  },
  session: {
    table: 'live_poll_account_sessions',
    columns: {
      userId: 'user_id',
      token: 'token',
      ipAddress: 'ip_address',
      userAgent: 'user_agent',
      expiresAt: 'expires_at',
      createdAt: 'created_at',
      updatedAt: 'updated_at',
    },
  },
  account: {
    table: 'live_poll_account_credentials',
    columns: {
      userId: 'user_id',
      accountId: 'account_id',
      providerId: 'provider_id',
      password: 'password',
      accessToken: 'access_token',
      refreshToken: 'refresh_token',
      idToken: 'id_token',
      accessTokenExpiresAt: 'access_token_expires_at',
      refreshTokenExpiresAt: 'refresh_token_expires_at',
      scope: 'scope',
      createdAt: 'created_at',
      updatedAt: 'updated_at',
    },
  },
  verification: {
    table: 'live_poll_account_verifications',
    columns: {
      identifier: 'identifier',
      value: 'value',
      expiresAt: 'expires_at',
      createdAt: 'created_at',
      updatedAt: 'updated_at',
    },
  },
} as const

export function accountTables({ db }: SqlConnection): Kysely<AccountTables> {
  return db as Kysely<AccountTables>
}
