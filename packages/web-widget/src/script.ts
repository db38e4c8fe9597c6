import { defineLivePoll } from './define.ts'
import { LivePoll } from './live-poll.ts'
import { serverOf } from './server-address.ts'

LivePoll.defaultServer = serverOf(import.meta.url)
defineLivePoll()
