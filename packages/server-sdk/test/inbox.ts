import type { ServerMessage } from '@live-poll/client-sdk/protocol'

type Message<T extends ServerMessage['type']> = Extract<ServerMessage, { type: T }>

/** What a server has sent, to be taken message by message. */
export interface Inbox {
  /**
   * Takes the first message of a type (that matches) which was not taken yet, or waits for it.
   * @throws when the line ends before, or after 10 s, with what came instead
   */
  take<T extends ServerMessage['type']>(type: T, matches?: (message: Message<T>) => boolean): Promise<Message<T>>
  /** As `take`, of two types, whichever comes first. */
  takeEither<A extends ServerMessage['type'], B extends ServerMessage['type']>(
    one: A,
    other: B,
    matches?: (message: Message<A> | Message<B>) => boolean,
  ): Promise<Message<A> | Message<B>>
  /** What came and was not taken. */
  readonly untaken: readonly ServerMessage[]
}

/** Milliseconds until a message that did not come is an error. */
const patience = 10_000

/** @returns the inbox, and what fills and ends it */
export function createInbox(): { inbox: Inbox; put: (message: ServerMessage) => void; end: (why: string) => void } {
  const untaken: ServerMessage[] = []
  const watchers = new Set<() => void>()
  let ended: string | undefined

  function takeFirst<M extends ServerMessage>(wanted: string, isWanted: (message: ServerMessage) => message is M) {
    return new Promise<M>((resolve, reject) => {
      const finish = (settle: () => void) => {
        clearTimeout(timer)
        watchers.delete(watch)
        settle()
      }
      const fail = (why: string) =>
        finish(() => reject(new Error(`No such ${wanted}: ${why}; untaken: ${JSON.stringify(untaken)}`)))
      const watch = () => {
        const found = untaken.find(isWanted)
        if (found) {
          untaken.splice(untaken.indexOf(found), 1)
          finish(() => resolve(found))
        } else if (ended !== undefined) fail(ended)
      }
      const timer = setTimeout(() => fail(`waited ${patience} ms`), patience)
      watchers.add(watch)
      watch()
    })
  }

  const tellWatchers = () => {
    for (const watch of watchers) watch()
  }
  return {
    inbox: {
      take: (type, matches = () => true) =>
        takeFirst(
          type,
          (message): message is Message<typeof type> => message.type === type && matches(message as never),
        ),
      takeEither: (one, other, matches = () => true) =>
        takeFirst(
          `${one} or ${other}`,
          (message): message is Message<typeof one> | Message<typeof other> =>
            (message.type === one || message.type === other) && matches(message as never),
        ),
      untaken,
    },
    put(message) {
      untaken.push(message)
      tellWatchers()
    },
    end(why) {
      ended = why
      tellWatchers()
    },
  }
}
