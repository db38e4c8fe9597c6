import type { LivePoll } from '../index.ts'
import { type NodeHandler, toNodeHandler } from './node.ts'

/**
 * Mounts the routes into an Express app (4 or 5), at the app's root: `basePath` is an option of `createLivePoll`.
 * A body that `express.json()` has read is taken as it is.
 * @example app.use(toExpress(livePoll))
 */
export function toExpress(livePoll: LivePoll): NodeHandler {
  return toNodeHandler(livePoll)
}
