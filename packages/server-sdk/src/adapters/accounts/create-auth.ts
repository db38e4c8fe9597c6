import type { BetterAuthOptions } from 'better-auth'
import { accountLimits } from '../../domain/account-input.ts'
import type { AccountsSite } from '../../ports/accounts.ts'
import type { SqlConnection } from '../../ports/database.ts'
import { accountTables, models } from './account-tables.ts'
import type { BetterAuthPackage } from './load-better-auth.ts'
import { momentsAsText } from './moments-as-text.ts'
import type { HashingBeforehand } from './password-hashing.ts'

export interface AuthParts {
  readonly betterAuth: BetterAuthPackage
  readonly connection: SqlConnection
  readonly site: AccountsSite
  readonly hashing: HashingBeforehand
  /** Seconds. */
  readonly sessionLife: number
  readonly allowsSignUp: boolean
  /** A session's row is gone. */
  onSessionDeleted(id: string): void
}

/** Where better-auth believes to be: it is called from here only, whatever the site's own address is. */
export const innerOrigin = 'http://accounts.live-poll.internal'

/** better-auth on Live Poll's database. @param isSecure whether its cookies are for https alone: they have another name then */
export function createAuth(parts: AuthParts, isSecure: boolean) {
  return parts.betterAuth.betterAuth(authOptions(parts, isSecure))
}

export type Auth = ReturnType<typeof createAuth>

export function authOptions(parts: AuthParts, isSecure: boolean) {
  const { betterAuth, connection, site, hashing } = parts
  const secret = Buffer.from(site.key).toString('base64url')
  return {
    appName: 'Live Poll',
    baseURL: innerOrigin,
    basePath: '/',
    secret,
    secrets: [{ version: 1, value: secret }], // or it would look for them in the environment
    database: {
      db: accountTables(connection).withPlugin(momentsAsText()),
      type: connection.kind,
      transaction: true,
    },
    emailAndPassword: {
      enabled: true,
      disableSignUp: !parts.allowsSignUp,
      minPasswordLength: accountLimits.minPasswordLength,
      maxPasswordLength: accountLimits.maxPasswordLength,
      password: { hash: hashing.hash, verify: hashing.verify },
    },
    user: {
      ...named(models.user),
      additionalFields: { role: { type: 'string', input: false, defaultValue: 'voter', fieldName: 'role' } },
    },
    session: { ...named(models.session), expiresIn: parts.sessionLife, updateAge: Math.ceil(parts.sessionLife / 7) },
    account: named(models.account),
    verification: named(models.verification),
    databaseHooks: {
      session: {
        create: { before: async () => ({ data: { ipAddress: null, userAgent: null } }) },
        delete: { after: async ({ id }) => parts.onSessionDeleted(id) },
      },
    },
    hooks: {
      before: betterAuth.createAuthMiddleware(async ({ path, body }) => {
        if (path === '/sign-up/email') await hashing.prepare(body.password)
      }),
    },
    rateLimit: { enabled: false }, // see attempts
    advanced: {
      cookiePrefix: 'live-poll',
      useSecureCookies: isSecure,
      defaultCookieAttributes: { path: site.basePath, httpOnly: true, sameSite: 'lax' },
      ipAddress: { disableIpTracking: true },
      database: { validateSchema: false }, // see check-columns
      disableOriginCheck: false,
      disableCSRFCheck: false,
    },
    onAPIError: { throw: true },
    telemetry: { enabled: false },
    // Its words name e-mail addresses at other levels, and what the database says of a row may hold the row.
    logger: { level: 'error', log: (_level, message) => site.logger.error(`better-auth: ${message}`) },
  } satisfies BetterAuthOptions
}

function named<T extends { readonly table: string; readonly columns: object }>({ table, columns }: T) {
  return { modelName: table, fields: columns as T['columns'] }
}
