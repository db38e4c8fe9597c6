import { randomBytes } from 'node:crypto'
import { open } from 'node:fs/promises'
import { limits } from '@live-poll/client-sdk/protocol'
import { createCreateInvitations } from '../actions/create-invitations.ts'
import { toInvitationCsv, toInvitationSheet } from '../invitations/invitations.ts'
import { type CommandEnd, readPollCommand, withDatabase } from './open-for-command.ts'
import { inThousands } from './progress.ts'
import { UsageError } from './usage-error.ts'

const formats = { csv: true, html: true } as const

/**
 * `live-poll invite <poll> --count 500 --page https://my.app/vote --format csv|html [--out file]`: makes invitations and
 * writes them out, once.
 *
 * @throws UsageError
 */
export async function invite(args: readonly string[], env: NodeJS.ProcessEnv): Promise<CommandEnd> {
  const { pollId, values } = readPollCommand(args, ['count', 'page', 'format', 'out'])
  const { count: amount = '', page = '', format = '', out, ...names } = values
  const count = /^\d{1,9}$/.test(amount) ? Number(amount) : 0
  if (count < 1) throw new UsageError('say how many: --count 500.')
  if (!Object.hasOwn(formats, format)) throw new UsageError('say --format csv or --format html.')
  try {
    toInvitationCsv([{ id: '', code: 'X' }], page)
  } catch {
    throw new UsageError('say where the poll is shown: --page https://my.app/vote.')
  }
  // First: with nowhere to write them, codes that are made would be lost.
  const file = out === undefined ? undefined : await open(out, 'wx', 0o600)
  const make = withDatabase(env, names, async ({ polls, invitations }) => {
    const poll = await polls.read(pollId)
    if (!poll) throw new Error(`there is no poll ${pollId}.`)
    const { voters, question } = poll.facts
    if (!voters.includes('invitation')) {
      console.error('live-poll: this poll asks for no invitation: edit its "voters", or anyone may vote without one.')
    }
    const create = createCreateInvitations(invitations, randomBytes(32))
    const made = []
    while (made.length < count) {
      made.push(...(await create(pollId, { count: Math.min(limits.invitations, count - made.length) })))
    }
    const text = format === 'csv' ? toInvitationCsv(made, page) : toInvitationSheet({ question }, made, page)
    console.error(`${inThousands(count)} invitations made. Their codes are not kept: this is the only copy.`)
    await file?.writeFile(text)
    return file ? {} : { output: text.trimEnd() }
  })
  return make.finally(() => file?.close())
}
