/** @typedef {import('@live-poll/client-sdk').Poll} Poll */
/** @typedef {import('@live-poll/client-sdk').PollInput} PollInput */
/** @typedef {import('@live-poll/client-sdk').PollEdit} PollEdit */
/** @typedef {{ path: string, message: string }} Issue */
/**
 * What the server made of a request. Refused, `issues` say why: each at a field, or at none (an empty path).
 *
 * @typedef {{ body: unknown, issues: readonly Issue[] }} Answer
 * @typedef {{ poll: Poll | null, issues: readonly Issue[] }} PollAnswer
 */

/**
 * @param {PollInput} input
 * @param {string} idempotencyKey
 */
export const createPoll = (input, idempotencyKey) =>
  pollOf(send('POST', '', { body: input, headers: { 'idempotency-key': idempotencyKey } }))

/** @param {string} id */
export const readPoll = (id) => pollOf(send('GET', `/${id}`))

/**
 * @param {string} id
 * @param {PollEdit} edit
 */
export const editPoll = (id, edit) => pollOf(send('PATCH', `/${id}`, { body: edit }))

/** @param {string} id */
export const openPoll = (id) => pollOf(send('POST', `/${id}/open`))

/** @param {string} id */
export const closePoll = (id) => pollOf(send('POST', `/${id}/close`))

/** @param {Poll} poll as it was seen: what was reset since is not reset again */
export const resetPoll = ({ id, epoch }) => pollOf(send('POST', `/${id}/reset`, { body: { epoch } }))

/** @param {string} id */
export const deletePoll = (id) => send('DELETE', `/${id}`)

/** @param {number} limit the newest ones */
export async function listPolls(limit) {
  const { body } = await send('GET', `?limit=${limit}`)
  return /** @type {{ polls: readonly Poll[] } | null} */ (body)?.polls ?? []
}

/**
 * Stores a picture. `fetch` does not tell how far it has come.
 *
 * @param {File} file
 * @param {(part: number) => void} onProgress 0 to 1
 * @returns {Promise<{ id: string | null, issues: readonly Issue[] }>}
 */
export function uploadImage(file, onProgress) {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest()
    request.upload.addEventListener('progress', ({ loaded, total }) => onProgress(loaded / total))
    request.addEventListener('loadend', () => {
      const { body, issues } = answerOf(request.status, request.responseText)
      resolve({ id: /** @type {{ id: string } | null} */ (body)?.id ?? null, issues })
    })
    request.open('POST', '/live-poll/images')
    request.setRequestHeader('live-poll-client', '1')
    request.setRequestHeader('content-type', file.type || 'application/octet-stream')
    request.send(file)
  })
}

/**
 * @param {Promise<Answer>} answer
 * @returns {Promise<PollAnswer>}
 */
async function pollOf(answer) {
  const { body, issues } = await answer
  return { poll: /** @type {Poll | null} */ (body), issues }
}

/**
 * Asks the API as whom the host's cookie names; the header says that no other page sent it.
 *
 * @param {string} method
 * @param {string} path under /live-poll/polls
 * @param {{ body?: object, headers?: Readonly<Record<string, string>> }} [content]
 * @returns {Promise<Answer>}
 */
async function send(method, path, { body, headers } = {}) {
  try {
    const response = await fetch(`/live-poll/polls${path}`, {
      method,
      headers: { 'live-poll-client': '1', ...(body && { 'content-type': 'application/json' }), ...headers },
      body: body && JSON.stringify(body),
    })
    return answerOf(response.status, await response.text())
  } catch {
    return answerOf(0, '')
  }
}

/**
 * @param {number} status 0: there was no answer
 * @param {string} text
 * @returns {Answer}
 */
function answerOf(status, text) {
  try {
    if (status === 204) return { body: null, issues: [] }
    const answer = JSON.parse(text)
    if (status < 300) return { body: answer, issues: [] }
    if (status === 401) return refusal('You are signed out: open the new link in the terminal.')
    return { body: null, issues: answer.error.issues ?? refusal(answer.error.message).issues }
  } catch {
    return refusal('The server cannot be reached. Try again.')
  }
}

/** @param {string} message */
function refusal(message) {
  return { body: null, issues: [{ path: '', message }] }
}
