import { createWriteStream } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { toResults } from '../domain/results.ts'
import type { VoteRecord } from '../ports/vote-records.ts'
import { type CommandEnd, readPollCommand, withDatabase } from './open-for-command.ts'
import { createProgress, inThousands } from './progress.ts'
import { UsageError } from './usage-error.ts'

interface Format {
  readonly head: string
  /** Nothing in a vote needs quotes: keys and ids are letters, digits and any of . : _ - */
  line(vote: VoteRecord): string
}

const formats: Readonly<Record<string, Format>> = {
  csv: {
    head: 'voter_key,choices,revision,vote_id,accepted_at,voided\n',
    line: ({ voterKey, choices, revision, voteId, acceptedAt, isVoided }) =>
      `${voterKey},${choices?.join(' ') ?? ''},${revision},${voteId},${acceptedAt.toISOString()},${isVoided}\n`,
  },
  ndjson: {
    head: '',
    line: (vote) => `${JSON.stringify(vote)}\n`,
  },
}

/**
 * `live-poll export <poll> --format csv|ndjson [--out file]`: writes its votes out, in constant memory. The file has its
 * name only when it is whole.
 *
 * @throws UsageError
 */
export async function exportPoll(args: readonly string[], env: NodeJS.ProcessEnv): Promise<CommandEnd> {
  const { pollId, values } = readPollCommand(args, ['format', 'out'])
  const { format: name = '', out, ...names } = values
  const format = Object.hasOwn(formats, name) ? formats[name] : undefined
  if (!format) throw new UsageError('say --format csv or --format ndjson.')
  return withDatabase(env, names, async ({ polls, records }) => {
    const poll = await polls.read(pollId)
    if (!poll) throw new Error(`there is no poll ${pollId}.`)
    let votes = 0
    const onVotes = createProgress('Exporting', toResults(poll).voters)
    const text = Readable.from(
      inChunks(records.read(pollId), format, (count) => {
        votes += count
        onVotes(votes)
      }),
      { objectMode: false },
    )
    if (out === undefined) await pipeline(text, process.stdout, { end: false })
    else await writeWhole(text, out)
    console.error(`${inThousands(votes)} votes exported${out === undefined ? '' : ` to ${out}`}.`)
    return {}
  })
}

/** Votes in one piece of text. */
const chunkSize = 500

async function* inChunks(votes: AsyncIterable<VoteRecord>, { head, line }: Format, onChunk: (votes: number) => void) {
  let [text, count] = [head, 0]
  for await (const vote of votes) {
    text += line(vote)
    if (++count < chunkSize) continue
    yield text
    onChunk(count)
    text = ''
    count = 0
  }
  if (text !== '') yield text
  onChunk(count)
}

/** A file that was cut off must not look like all votes. */
async function writeWhole(text: Readable, file: string): Promise<void> {
  const draft = `${file}.part`
  try {
    await pipeline(text, createWriteStream(draft))
    await rename(draft, file)
  } catch (error) {
    await rm(draft, { force: true })
    throw error
  }
}
