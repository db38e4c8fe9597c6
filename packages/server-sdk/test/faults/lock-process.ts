/** Takes a directory lock in a process of its own, and says what came of it. */
import { lockDirectory } from '../../src/adapters/embedded/directory-lock.ts'

const [directory = '', go] = process.argv.slice(2)
// Started together, they wait for the word, so that they really meet.
if (go === '--on-word') {
  process.send?.({ type: 'waiting' })
  await new Promise((resolve) => process.once('message', resolve))
}
try {
  await lockDirectory(directory)
  process.send?.({ type: 'held' })
} catch (error) {
  process.send?.({ type: 'refused', message: (error as Error).message })
}
process.on('disconnect', () => process.exit())
