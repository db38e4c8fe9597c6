import type { LivePoll, VoteDetail } from '@live-poll/web-widget'
import type { DetailedHTMLProps, HTMLAttributes } from 'react'
import '@live-poll/web-widget'

interface LivePollProps extends DetailedHTMLProps<HTMLAttributes<LivePoll>, LivePoll> {
  poll: string
  choices?: number
  server?: string
  'onlive-poll-vote'?: (event: CustomEvent<VoteDetail>) => void
}

declare module 'react' {
  namespace JSX {
    interface IntrinsicElements {
      'live-poll': LivePollProps
    }
  }
}
