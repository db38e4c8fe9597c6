import '@live-poll/web-widget'
import { createPollClient } from '@live-poll/client-sdk'
import { createApp } from 'vue'
import App from './app.vue'

const client = createPollClient() // one for the page: all polls share its connection
const { id } = await (await fetch('/poll')).json()
createApp(App, { client, pollId: id }).mount('#app')
