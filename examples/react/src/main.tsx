import { createPollClient } from '@live-poll/client-sdk'
import { createRoot } from 'react-dom/client'
import { App } from './app.tsx'

const client = createPollClient() // one for the page: all polls share its connection
const { id } = await (await fetch('/poll')).json()
const root = document.querySelector('#app')
if (root) createRoot(root).render(<App client={client} pollId={id} />)
