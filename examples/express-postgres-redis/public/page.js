// The editor's session makes the poll: `authorize` is asked about it.
const form = document.querySelector('#ask')
form?.addEventListener('submit', async (event) => {
  event.preventDefault()
  const fields = new FormData(form)
  const response = await fetch('/live-poll/polls', {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'live-poll-client': '1' },
    body: JSON.stringify({
      question: fields.get('question'),
      choices: fields
        .get('choices')
        .split('\n')
        .filter((choice) => choice.trim()),
      voters: ['account'],
    }),
  })
  if (response.ok) location.reload()
  else form.querySelector('[role=status]').textContent = (await response.json()).error.message
})
