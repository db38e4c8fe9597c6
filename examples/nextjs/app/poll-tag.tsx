'use client'

import { useEffect } from 'react'

declare module 'react' {
  namespace JSX {
    interface IntrinsicElements {
      'live-poll': { readonly poll: string; readonly server: string }
    }
  }
}

/** The tag is an element of the browser's: its code is loaded there, and not where the page is rendered. */
export function PollTag({ poll }: { readonly poll: string }) {
  useEffect(() => {
    import('@live-poll/web-widget')
  }, [])
  return <live-poll poll={poll} server="/live-poll" />
}
