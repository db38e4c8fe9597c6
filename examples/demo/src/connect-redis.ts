import type { LivePollOptions } from '@live-poll/server-sdk'
import { redis } from '@live-poll/server-sdk/redis'
import { Redis } from 'ioredis'

/** @param url of one Redis; undefined: none */
export function connectRedis(url: string | undefined): LivePollOptions['redis'] {
  if (url === undefined) return undefined
  return redis({ client: new Redis(url, { lazyConnect: true }) }) // it is copied, and never connects itself
}
