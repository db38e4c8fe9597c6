import type { Authorize } from '@live-poll/server-sdk'

/** What a signed-in user may do that is about no poll. The rest would make them everyone's organizer. */
const forUsers: readonly string[] = ['createPoll', 'listPolls', 'uploadImage', 'deleteImage']

/** Everyone makes polls, and runs their own. */
export const authorize: Authorize = ({ action, user, poll }) => {
  if (!user) return false
  return poll ? poll.owner === user.id : forUsers.includes(action)
}
