import { rm } from 'node:fs/promises'
import { embedded } from '@live-poll/server-sdk/embedded'
import { makeDataFolder } from '../data-folder.ts'
import { describeWholeLife } from './whole-life.suite.ts'

const runs = Number(process.env.LIVE_POLL_LIVES ?? 1000)

describeWholeLife(
  'embedded',
  async () => {
    const directory = await makeDataFolder()
    return { database: embedded({ directory }), remove: () => rm(directory, { recursive: true }) }
  },
  runs,
)
