import { toNext } from '@live-poll/server-sdk/next'
import { livePoll } from '../../../lib/live-poll'

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = toNext(livePoll)
