import '@live-poll/web-widget'

// /?poll=p_...&server=https://my.app/live-poll; without a server, /live-poll on this page's origin.
const address = new URLSearchParams(location.search)
const tag = document.querySelector('live-poll')
const output = document.querySelector('output')

if (tag) {
  tag.server = address.get('server') ?? '/live-poll'
  tag.poll = address.get('poll') ?? ''
  tag.addEventListener('live-poll-vote', ({ detail }) => {
    output?.replaceChildren(`choice ${detail.choices.join(', ')}, revision ${detail.revision}`)
  })
}
