import type { ErrorCode, ErrorDetails } from '@live-poll/client-sdk/protocol'

/** What a page says of a code besides what the table of errors does. In Markdown. */
export interface ErrorText {
  readonly when: string
  readonly whatToDo: string
  /** What accompanies it, as an example. */
  readonly details?: ErrorDetails
  /** Of the example. @default that of the table */
  readonly message?: string
}

const vote = { voteId: '3b0c', choices: [2], revision: 4 }

/** A code that is not here does not compile. */
export const errorTexts: Readonly<Record<ErrorCode, ErrorText>> = {
  BAD_JSON: {
    when: 'The body of a request, or a message on the channel, is no JSON, is no UTF-8, or broke off.',
    whatToDo:
      'Send what `JSON.stringify` makes. On the channel, the fifth such message closes the connection with 4400.',
  },
  INVALID: {
    when: 'A field is missing, has the wrong type, is out of its limits, does not fit another, or is not known to an organizer’s request.',
    whatToDo:
      'Show `issues`: each says where (`path`, dotted; empty for the whole) and what to send instead. Every mistake is listed at once, up to a hundred.',
    details: { issues: [{ path: 'choices.1', message: 'This choice is there already.' }] },
  },
  UNSUPPORTED_TYPE: {
    when: 'A body is not sent as `application/json`; or an upload is no picture of a kind that is taken.',
    whatToDo:
      'Send `content-type: application/json`; a picture as PNG, JPEG, WebP, AVIF or GIF. Where every upload is answered so, the packages `sharp`, `file-type` or `busboy` may be missing on the server.',
  },
  TOO_LARGE: {
    when: 'A body, or a picture, has more bytes than are taken: 64 KB of JSON, 5 MiB of a picture unless the host says otherwise.',
    whatToDo: 'Send less. A page’s upload by the client makes a picture smaller by itself.',
  },
  UNAUTHENTICATED: {
    when: 'No credential came, or one that is not valid any more: a voter token that has expired or whose session has ended, a ticket older than a minute, a wrong admin key, a wrong password.',
    whatToDo:
      'As a voter, ask `POST /voters` without the old token: the client does so by itself. As an organizer, sign in with the host. From a page of another origin the host’s cookies count only where that origin is in `origins` and `live-poll-client: 1` is sent.',
  },
  FORBIDDEN: {
    when: 'Who asks is known, and may not do this: a voter calls what is for organizers, `authorize` says no, `beforeCreate` refused, or a page without an origin uses accounts.',
    whatToDo: 'Sign in as somebody who may. As the host, look at what `authorize` returns for this `action`.',
  },
  RESULTS_HIDDEN: {
    when: 'The results of a poll are asked for by somebody who may not see them yet: `showResults` or `minVoters` hides them.',
    whatToDo:
      'Vote, or wait for the close, as the poll’s `showResults` says. `GET /polls/:id` answers the poll without them.',
  },
  ORIGIN_NOT_ALLOWED: {
    when: 'A page of an origin asks that is neither the server’s own nor in the option `origins`; or a browser hides the origin of a change.',
    whatToDo:
      'As the host, add the exact origin, as in `https://www.example.org`. Behind a proxy, let it pass on the `Host` that the browser used.',
    message:
      'Pages of https://elsewhere.example may not use this server: it is not in the option "origins" of createLivePoll.',
  },
  POLL_NOT_FOUND: {
    when: 'There is no poll of that id, it was deleted, or it is private and not for who asks: nobody can tell which.',
    whatToDo: 'Check the id. For a private poll, show an invitation or sign in first.',
  },
  NOT_FOUND: {
    when: 'The path is none of the API’s; or there is no such picture, invitation or vote.',
    whatToDo:
      'Compare the path with the document at `openapi.json`, and `basePath`. For `GET /polls/:id/vote` it says that the voter never voted in this epoch: send revision 0. For uploads it says that this server keeps no pictures.',
  },
  METHOD_NOT_ALLOWED: {
    when: 'The path is there, and does not offer the method.',
    whatToDo: 'Use one of the methods in the header `Allow`.',
  },
  IDEMPOTENCY_KEY_REUSED: {
    when: 'A poll is created with an `Idempotency-Key` of the last 24 hours and another body.',
    whatToDo: 'Take a new key for each thing you create; repeat a request with the same key and the same body.',
  },
  INVITATION_INVALID: {
    when: 'A code is no invitation of this poll, or was revoked; or the poll asks for one and none was shown.',
    whatToDo: 'Ask for the code again: a letter may be wrong. As an organizer, make another invitation.',
  },
  INVITATION_USED: {
    when: 'The invitation was shown, and another voter has voted with it: each stands for one vote.',
    whatToDo: 'Vote as who voted with it, with the token of that device or account; or ask for another invitation.',
  },
  CAPTCHA_FAILED: {
    when: 'The poll asks for a captcha, and a device has solved none; or the captcha’s service says that the answer is wrong, or does not answer.',
    whatToDo:
      'Let the page show the captcha again and send its new answer to `POST /voters`. As the host, see the log.',
  },
  VOTE_REFUSED: {
    when: 'The host’s `beforeVote` has refused the vote, with its reason as the message; or an organizer has taken out this voter’s vote.',
    whatToDo: 'Show the message. The same vote will be refused again.',
    message: 'Voting is for members.',
  },
  POLL_CLOSED: {
    when: 'A vote comes after the close, by the database’s clock; or an edit changes what a closed poll keeps.',
    whatToDo: 'Show the results. Only a reset opens a poll again, and its votes are gone then.',
  },
  POLL_NOT_OPEN: {
    when: 'A vote comes before `opensAt`, by the database’s clock.',
    whatToDo: 'Vote after `opensAt`; the channel tells when the poll opens.',
  },
  POLL_HAS_VOTES: {
    when: 'An edit would change what votes were cast for: the question, the ballot, `voters`, `opensAt`, or a choice that goes.',
    whatToDo: 'Leave out what `issues` names. To begin anew, reset the poll.',
    details: { issues: [{ path: 'question', message: 'This cannot change once votes are in.' }] },
  },
  ALREADY_VOTED: {
    when: 'A voter votes a second time in a poll whose `canChange` is false.',
    whatToDo: 'Show the vote that stands: it is in `vote`.',
    details: { revision: 1, vote: { ...vote, revision: 1 } },
  },
  VOTE_ID_REUSED: {
    when: 'The vote id is that of the vote that stands, with other choices.',
    whatToDo: 'Make a new vote id for each vote; keep it for repeats of the same vote.',
  },
  REVISION_CONFLICT: {
    when: 'The vote was changed meanwhile, on another device or in another tab: the revision sent is not the one that stands.',
    whatToDo: 'Show the vote that stands (`vote`), and let the voter decide again. Then send its `revision`.',
    details: { revision: 4, vote },
  },
  EPOCH_CHANGED: {
    when: 'The poll was reset since the voter saw it; or a reset names an epoch that has not begun.',
    whatToDo: 'Read the poll again, show it, and let the voter vote anew.',
    details: { epoch: 2 },
  },
  RATE_LIMITED: {
    when: 'Too many messages came on one connection, too many new devices from one network, or too many attempts to sign in.',
    whatToDo: 'Wait `retryAfter` milliseconds. As the host, look at `newDevices`, `channel` and `trustedProxies`.',
    details: { retryAfter: 1200 },
  },
  INTERNAL: {
    when: 'Something failed that nobody foresaw. The cause is in the server’s log and never on the wire.',
    whatToDo:
      'Send the same request again, a vote under the same vote id. As the host, search the log for `requestId`.',
  },
  BUSY: {
    when: 'The node has more to do than it can in time: votes wait in a full queue, the event loop is late, or too many pictures are uploaded. Nothing was done.',
    whatToDo: 'Wait `retryAfter` milliseconds and send the same again: the client does so by itself.',
    details: { retryAfter: 1500 },
  },
  UNAVAILABLE: {
    when: 'The outcome of a vote is not known: the database, or a hook of the host’s, did not answer in time. Also while a server starts or stops.',
    whatToDo: 'Send the same vote under the same vote id: it is counted once, whatever has become of the first.',
    details: { retryAfter: 500, voteId: '3b0c' },
  },
  STORAGE_UNAVAILABLE: {
    when: 'The place where pictures are kept cannot be reached. Votes are not concerned.',
    whatToDo: 'Send the same again later. As the host, look at the log, and at the storage named by `images`.',
  },
}
