import { randomBytes } from 'node:crypto'
import { type AccountsOptions, accounts } from '../../src/adapters/accounts/accounts.ts'
import { TokenBucket } from '../../src/domain/token-bucket.ts'
import type { AccountRequest, OpenAccounts } from '../../src/ports/accounts.ts'
import type { OpenDatabase } from '../../src/ports/database.ts'
import type { RateLimiter } from '../../src/ports/rate-limiter.ts'
import { createRecordingLogger, type RecordingLogger } from '../recording-logger.ts'
import type { AccountDatabase } from './account-databases.ts'

export interface TestAccounts {
  readonly open: OpenAccounts
  readonly database: OpenDatabase
  readonly logger: RecordingLogger
  close(): Promise<void>
}

export async function openTestAccounts(
  shared: Pick<AccountDatabase, 'forNode'>,
  options: AccountsOptions = {},
): Promise<TestAccounts> {
  const logger = createRecordingLogger()
  const database = await shared.forNode().open(logger)
  const open = await accounts(options).open(database.sql, { ...testSite, key: randomBytes(32), logger })
  return { open, database, logger, close: () => database.close() }
}

/** Its limits stand still: they give their burst and no more, however long a test takes. */
export const testSite = {
  basePath: '/live-poll',
  createRateLimiter(_: string, perSecond: number, burst: number): RateLimiter {
    const buckets = new Map<string, TokenBucket>()
    return {
      async take(name) {
        const bucket = buckets.get(name) ?? new TokenBucket(perSecond, burst)
        buckets.set(name, bucket)
        return bucket.take(0)
      },
    }
  },
}

export const password = 'correct horse battery'

let visitors = 0

/** A browser: it has an address of its own and remembers the cookie it was given. */
export function createVisitor(origin = 'http://poll.example') {
  const address = `198.51.100.${++visitors}`
  let cookie: string | null = null
  return {
    get request(): AccountRequest {
      return { cookie, origin, address }
    },
    keep<T extends { readonly setCookie: string | undefined }>(answer: T): T {
      cookie = answer.setCookie?.split(';')[0] ?? cookie
      return answer
    },
  }
}
